"""Why is it not learning? Facts about a loop, and what they are symptoms of."""
