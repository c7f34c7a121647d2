"""The wire: one file per endpoint family, each with a `router`."""
