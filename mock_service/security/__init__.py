"""Keys, certificates, signatures, and files that only their owner can read."""
