"""The console's rooms, and what opens on top of them."""
