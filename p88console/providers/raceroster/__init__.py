"""Race Roster, translated: its wire form and nothing else."""
