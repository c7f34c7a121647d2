"""What clients with local inference log: batches of events, as FlatBuffers."""
