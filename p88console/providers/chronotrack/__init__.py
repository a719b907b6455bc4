"""ChronoTrack, translated: its wire form and nothing else."""
