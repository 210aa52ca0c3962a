"""What the tests of the reference share."""
