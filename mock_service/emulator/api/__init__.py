"""The control plane: everything that exists only here, under ``/mock/``."""
