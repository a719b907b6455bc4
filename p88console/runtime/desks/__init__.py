"""The desk's parts, one for each subject that the console asks about."""
