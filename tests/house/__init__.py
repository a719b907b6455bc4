"""What this code base demands of itself."""
