"""Partners, their accounts, events with their guns, races and links."""
