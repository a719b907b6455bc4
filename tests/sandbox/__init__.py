"""The practice race's servers, called over real sockets."""
