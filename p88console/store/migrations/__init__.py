"""Schema versions, applied in order when a database is opened."""
