"""The command line as scripts call it."""
