"""The REST door, over real sockets."""
