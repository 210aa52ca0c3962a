"""Operators on strings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from onnx import TensorProto

from benchmarks.judging.cases import Setting, setting


def settings() -> Iterator[Setting]:
    """Joined, split, matched, normalised, counted."""
    a, b = np.array([["a", "bé"], ["", "d"]], object), np.array(["x", "y"], object)
    yield setting("StringConcat", a, b)
    yield setting("StringConcat", b, b)
    text = np.array(["a b c", "  d  e ", "", "f"], object)
    kinds = (TensorProto.STRING, TensorProto.INT64)
    for more in ({}, {"delimiter": " "}, {"maxsplit": 1}, {"delimiter": " ", "maxsplit": 1}):
        yield setting("StringSplit", text, outputs=2, types=kinds, **more)
    yield setting("StringSplit", np.array([["a,b", "c"], ["", ",d,"]], object), delimiter=",", outputs=2, types=kinds)
    mails = np.array(["a@b.com", "no", "x@y.org "], object)
    yield setting("RegexFullMatch", mails, pattern=r"[^@]+@[^@]+\.\w+", types=[TensorProto.BOOL])
    yield setting("RegexFullMatch", mails, pattern="n?o", types=[TensorProto.BOOL])
    words = np.array(["Monday", "tuesday", "monday", "A"], object)
    for action in ("LOWER", "UPPER", "NONE"):
        for strict in (0, 1):
            more = {"case_change_action": action, "is_case_sensitive": strict, "stopwords": ["monday"]}
            yield setting("StringNormalizer", words, **more)
    yield setting("StringNormalizer", words)
    yield setting("StringNormalizer", np.array(["monday"], object), stopwords=["monday"], is_case_sensitive=1)
    numbers = np.array([[1, 1, 3, 3, 3, 7], [8, 6, 7, 5, 6, 8]], np.int64)
    grams = {
        "ngram_counts": [0, 4],
        "ngram_indexes": [0, 1, 2, 3, 4, 5, 6],
        "pool_int64s": [2, 3, 5, 4, 5, 6, 7, 8, 6, 7],
    }
    for mode in ("TF", "IDF", "TFIDF"):
        for low, high, skip in ((1, 1, 0), (2, 2, 0), (2, 2, 3), (1, 2, 1)):
            more = {"min_gram_length": low, "max_gram_length": high, "max_skip_count": skip, "mode": mode}
            weights = {"weights": [0.5, 1, 2, 3, 4, 5, 6]}
            yield setting("TfIdfVectorizer", numbers, types=[TensorProto.FLOAT], **more, **grams)
            yield setting(
                "TfIdfVectorizer", numbers[1].astype(np.int32), types=[TensorProto.FLOAT], **more, **grams, **weights
            )
