"""What is written about a measurement for others to read."""
