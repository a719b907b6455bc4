"""The machine underneath: clock, folders, keyring."""
