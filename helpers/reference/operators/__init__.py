"""One module a family of operators; each class is registered by ``mends.mend``."""
