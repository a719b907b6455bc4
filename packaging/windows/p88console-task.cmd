schtasks /Create /F /TN "P88 Console" /SC ONLOGON /RL LIMITED /TR "\"C:\Program Files\P88 Console\p88console.exe\" engine"
