"""N-grams of numbers or of strings, counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


@mend(
    "TfIdfVectorizer",
    9,
    sentence="The i-th element in weights is the weight of the i-th n-gram in pool. By default, weights is an all-one "
    "tensor.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_tfidf_vectorizer.py",
)
class TfIdfVectorizer(OpRun):
    """TfIdfVectorizer; weights belong to n-grams, wherever these go in the output."""

    def _run(
        self,
        x: np.ndarray,
        max_gram_length: int,
        max_skip_count: int,
        min_gram_length: int,
        mode: str,
        ngram_counts: Sequence[int],
        ngram_indexes: Sequence[int],
        pool_int64s: Sequence[int] | None = None,
        pool_strings: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
    ) -> tuple[Any, ...]:
        pool = list(pool_strings or pool_int64s or ())
        numbers = count()
        ends = [*ngram_counts[1:], len(pool)]
        grams = {
            tuple(pool[at : at + size]): next(numbers)
            for size, (first, end) in enumerate(zip(ngram_counts, ends, strict=True), 1)
            for at in range(first, end, size)
        }
        factors = [1.0] * len(ngram_indexes) if mode == "TF" or not weights else weights
        y = np.zeros((*x.shape[:-1], max(ngram_indexes) + 1), np.float32)
        for row, out in zip(np.atleast_2d(x).tolist(), np.atleast_2d(y), strict=True):
            for gram, times in _counted(row, range(min_gram_length, max_gram_length + 1), max_skip_count).items():
                if gram in grams:
                    at = grams[gram]
                    out[ngram_indexes[at]] += factors[at] * (1 if mode == "IDF" else times)
        return (y,)


def _counted(row: list[Any], sizes: range, most_skips: int) -> dict[tuple[Any, ...], int]:
    """How often each n-gram of these sizes occurs, with each number of skips between its elements."""
    found: dict[tuple[Any, ...], int] = {}
    for size in sizes:
        for step in range(1, (most_skips if size > 1 else 0) + 2):
            span = (size - 1) * step + 1
            for at in range(len(row) - span + 1):
                gram = tuple(row[at : at + span : step])
                found[gram] = found.get(gram, 0) + 1
    return found
