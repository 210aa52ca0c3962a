"""Products of matrices, and what attention is made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, ints, normal, setting

_PAIRS = (
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
)


def settings() -> Iterator[Setting]:
    """MatMul over ranks and types, Gemm, Einsum, Det; attention in its variants."""
    for a, b in _PAIRS:
        yield setting("MatMul", normal(*a), normal(*b, seed=1))
    yield setting("MatMul", normal(0, 3), normal(3, 2), note="empty")
    yield setting("MatMul", normal(2, 0), normal(0, 2), note="empty inside")
    for dtype in (np.float16, np.float64, np.int32, np.int64, np.uint32):
        yield setting("MatMul", normal(2, 30, dtype=dtype), normal(30, 3, dtype=dtype, seed=1))
    for scale in (1e-3, 1e3):
        yield setting("MatMul", normal(3, 40, scale=scale), normal(40, 3, seed=1), note=f"×{scale:g}")
    yield setting("MatMul", np.array([[np.inf, 1]], np.float32), np.array([[0], [1]], np.float32), note="an infinity")
    yield from _gemm()
    yield from _sums()
    for shape in ((2, 2), (3, 3), (2, 3, 3), (2, 2, 4, 4)):
        yield setting("Det", normal(*shape))
    yield setting("Det", np.array([[1, 2], [2, 4]], np.float32), note="singular")
    yield setting("Det", normal(3, 3, dtype=np.float64))
    yield from _attention()
    yield from _linear()
    yield from _rotary()


def _gemm() -> Iterator[Setting]:
    for ta in (0, 1):
        for tb in (0, 1):
            a, b = normal(*((4, 2) if ta else (2, 4))), normal(*((3, 4) if tb else (4, 3)), seed=1)
            for shape in ((2, 3), (3,), (1, 3), (2, 1), (), (1,)):
                c = normal(*shape, seed=2)
                more = {"transA": ta, "transB": tb, "alpha": 0.5, "beta": 2.0}
                yield setting("Gemm", a, b, c, since=1 if shape == (2, 3) else 7, **more)
                if shape in ((3,), (), (1,)):  # before opset 7 a part of the shape, or one element
                    yield setting("Gemm", a, b, c, broadcast=1, **more)
            yield setting("Gemm", a, b, transA=ta, transB=tb, alpha=3.0)
    for dtype in (np.float16, np.float64, np.int32, np.int64):
        yield setting("Gemm", *(normal(3, 3, dtype=dtype, seed=i) for i in range(3)))


def _sums() -> Iterator[Setting]:
    a, b = normal(2, 3, 4), normal(2, 4, 5, seed=1)
    for equation, arrays in (
        ("bij,bjk->bik", (a, b)),
        ("bij,bjk", (a, b)),
        ("bij->bji", (a,)),
        ("bij->b", (a,)),
        ("...ij->...ji", (a,)),
        ("...ij,...jk->...ik", (a, b)),
        ("bii->bi", (normal(2, 3, 3),)),
        ("i,j->ij", (normal(3), normal(4))),
        ("i,i->", (normal(3), normal(3, seed=1))),
        ("bij,bjk,k->bi", (a, b, normal(5))),
        ("bij , bjk -> bik", (a, b)),
        ("ij->", (normal(3, 4),)),
    ):
        yield setting("Einsum", *arrays, equation=equation)
    yield setting("Einsum", normal(2, 3, dtype=np.int64), normal(3, 2, dtype=np.int64), equation="ij,jk->ik")
    yield setting("Einsum", normal(2, 30, dtype=np.float16), normal(30, 2, dtype=np.float16), equation="ij,jk->ik")


def _attention() -> Iterator[Setting]:
    operator = "Attention"
    q, k, v = normal(2, 4, 3, 8), normal(2, 4, 5, 8, seed=1), normal(2, 4, 5, 6, seed=2)
    flat = (normal(2, 3, 32), normal(2, 5, 32, seed=1), normal(2, 5, 24, seed=2))
    heads = {"q_num_heads": 4, "kv_num_heads": 4}
    yield setting(operator, q, k, v)
    yield setting(operator, *flat, **heads)
    for more in ({"scale": 0.3}, {"softcap": 2.0}, {"is_causal": 1}, {"scale": 0.3, "softcap": 1.5, "is_causal": 1}):
        yield setting(operator, q, k, v, **more)
        yield setting(operator, *flat, **heads, **more)
    for mask in (
        normal(3, 5, seed=3),
        normal(2, 1, 3, 5, seed=3),
        normal(3, 5, dtype=bool, seed=4) | (np.arange(5) == 0),
    ):
        yield setting(operator, q, k, v, mask)
        yield setting(operator, *flat, mask, **heads)
        yield setting(operator, q, k, v, mask, is_causal=1)
    yield setting(operator, normal(2, 4, 3, 8), normal(2, 2, 5, 8), normal(2, 2, 5, 6), note="grouped")
    yield setting(operator, normal(2, 3, 32), normal(2, 5, 16), normal(2, 5, 12), q_num_heads=4, kv_num_heads=2)
    past = (normal(2, 4, 2, 8, seed=5), normal(2, 4, 2, 6, seed=6))
    yield setting(operator, q, k, v, None, *past, outputs=3)
    yield setting(operator, q, k, v, normal(3, 7), *past, outputs=3)
    yield setting(operator, q, k, v, None, *past, is_causal=1, outputs=3)
    for mode in (0, 1, 2, 3):
        yield setting(
            operator,
            q,
            k,
            v,
            normal(3, 5, seed=3),
            qk_matmul_output_mode=mode,
            softcap=2.0,
            outputs=(True, False, False, True),
        )
    yield setting(operator, q, k, v, None, None, None, ints(3, 5))
    yield setting(operator, q, k, v, None, None, None, ints(3, 5), is_causal=1)
    yield setting(operator, q, k, v, left_window_size=1, right_window_size=1)
    yield setting(operator, q, k, v, left_window_size=1, is_causal=1)
    for dtype in (np.float16, np.float64):
        yield setting(operator, *(a.astype(dtype) for a in (q, k, v)))


def _linear() -> Iterator[Setting]:
    operator = "LinearAttention"
    q, k, v = normal(2, 4, 8), normal(2, 4, 8, seed=1), normal(2, 4, 6, seed=2)
    heads = {"q_num_heads": 2, "kv_num_heads": 2}
    state, decay = normal(2, 2, 4, 3, seed=3), -np.abs(normal(2, 4, 2, seed=4))
    wide, beta = -np.abs(normal(2, 4, 8, seed=5)), np.abs(normal(2, 4, 2, seed=6)) / 3
    yield setting(operator, q, k, v, None, decay, update_rule="gated", outputs=2, types=(0, 1), **heads)
    yield setting(operator, q, k, v, state, update_rule="linear", outputs=2, **heads)
    yield setting(operator, q, k, v, state, decay, update_rule="gated", outputs=2, **heads)
    yield setting(operator, q, k, v, state, wide, update_rule="gated", outputs=2, **heads)
    yield setting(operator, q, k, v, state, None, beta, update_rule="delta", outputs=2, **heads)
    yield setting(operator, q, k, v, state, decay, beta, update_rule="gated_delta", outputs=2, **heads)
    yield setting(operator, q, k, v, state, decay, beta, outputs=2, scale=0.7, **heads)
    yield setting(operator, normal(2, 4, 16), k, v, state, decay, beta, outputs=2, q_num_heads=4, kv_num_heads=2)


def _rotary() -> Iterator[Setting]:
    operator = "RotaryEmbedding"
    x, places = normal(2, 3, 4, 8), np.array([[0, 1, 2, 3], [2, 3, 4, 5]], np.int64)
    angles = normal(6, 4, seed=1)
    for interleaved in (0, 1):
        yield setting(operator, x, np.cos(angles), np.sin(angles), places, interleaved=interleaved)
        half = (np.cos(angles[:, :2]), np.sin(angles[:, :2]))
        yield setting(operator, x, *half, places, interleaved=interleaved, rotary_embedding_dim=4)
        flat = normal(2, 4, 24)
        yield setting(operator, flat, np.cos(angles), np.sin(angles), places, interleaved=interleaved, num_heads=3)
        own = normal(2, 4, 4, seed=2)
        yield setting(operator, x, np.cos(own), np.sin(own), interleaved=interleaved)
