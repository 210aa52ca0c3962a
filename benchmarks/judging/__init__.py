"""What ``benchmarks/judge.py`` judges the judge by: cases of every operator, voices, and explanations."""
