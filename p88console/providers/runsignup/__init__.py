"""RunSignUp, translated: its wire form and nothing else."""
