"""``personalizer-lab``: one file a command, and the table of them all."""
