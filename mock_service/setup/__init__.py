"""How a server is to begin, written down in a file."""
