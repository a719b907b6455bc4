"""The door to the network and the adapters behind it, over real sockets."""
