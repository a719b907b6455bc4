"""The command line: what scripts, services and terminals call."""
