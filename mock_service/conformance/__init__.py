"""The REST contract as checks that can be run against any endpoint."""
