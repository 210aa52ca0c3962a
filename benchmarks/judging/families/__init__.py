"""One module a family of operators, each with ``settings()``."""
