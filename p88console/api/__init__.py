"""The REST door: what the console shows and does, for other programs on this machine."""
