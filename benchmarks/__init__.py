"""Measurements whose figures the README gives; each script repeats its own."""
