"""What the screens read: windows over anything that grows."""
