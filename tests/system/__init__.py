"""The machine underneath: clock, home, keyring."""
