"""What a run amounts to, in figures and in pictures."""
