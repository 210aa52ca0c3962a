"""The network in JAX: two convolutions, two poolings, one matrix. 5,994 numbers.

Weights have the names and the shapes that they get in the ONNX file, so export is a copy.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

Params = dict[str, jax.Array]

SHAPES = {
    "Parameter5": (8, 1, 5, 5),
    "Parameter6": (8, 1, 1),
    "Parameter87": (16, 8, 5, 5),
    "Parameter88": (16, 1, 1),
    "Parameter193": (16, 4, 4, 10),
    "Parameter194": (1, 10),
}


def initial(key: jax.Array, shapes: dict[str, tuple[int, ...]] = SHAPES) -> Params:
    """Random weights by He's rule (variance 2 / inputs), and zero biases.

    Examples
    --------
    >>> weights = initial(jax.random.key(0))
    >>> sum(w.size for w in weights.values())
    5994
    """
    params = {}
    for name, shape in shapes.items():
        key, own = jax.random.split(key)
        inputs = {"Parameter193": _size(shape[:3])}.get(name, _size(shape[1:]))
        bias = name in ("Parameter6", "Parameter88", "Parameter194")
        params[name] = jnp.zeros(shape) if bias else jax.random.normal(own, shape) * (2 / inputs) ** 0.5
    return params


def logits(params: Params, images: jax.Array) -> jax.Array:
    """What the network says: one raw number a class.

    Parameters
    ----------
    params : dict of float32 arrays, shapes as in ``SHAPES``
    images : float32 array, shape (n, 28, 28)
        Ink from 0 to 1.

    Returns
    -------
    float32 array, shape (n, 10)

    Examples
    --------
    >>> logits(initial(jax.random.key(0)), jnp.zeros((2, 28, 28))).shape
    (2, 10)
    """
    x = images[..., None]
    x = jax.nn.relu(_conv(x, params["Parameter5"], size=28, block=7) + params["Parameter6"].ravel())
    x = _pool(x, 2)
    # Pooling 14 rows by 3 leaves rows 12 and 13 out, so they are not computed.
    x = jax.nn.relu(_conv(x, params["Parameter87"], size=12, block=6) + params["Parameter88"].ravel())
    x = _pool(x, 3).transpose(0, 3, 1, 2).reshape(len(images), -1)  # channels first, as in the ONNX file
    return x @ params["Parameter193"].reshape(-1, 10) + params["Parameter194"]


def _conv(x: jax.Array, weights: jax.Array, *, size: int, block: int) -> jax.Array:
    """5x5 convolution with zeros around, of the first `size` rows and columns, as one matrix product.

    XLA's own convolution on a CPU is slow for few channels. Here one row of the matrix makes `block` neighbouring
    outputs at once: more multiplications, a third of the time. `x` is (n, h, w, c), the result (n, size, size, o).
    """
    kernel = weights.transpose(2, 3, 1, 0)  # (o, c, 5, 5) → (5, 5, c, o)
    k, _, c, o = kernel.shape
    wide = k + block - 1
    shifted = [jnp.pad(kernel, ((0, 0), (j, block - 1 - j), (0, 0), (0, 0))) for j in range(block)]
    matrix = jnp.stack(shifted, axis=3).reshape(k * wide * c, block * o)
    x = jnp.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
    columns = jnp.stack([x[:, :, j : j + wide] for j in range(0, size, block)], axis=2)
    columns = columns.reshape(*columns.shape[:3], wide * c)
    patches = jnp.concatenate([columns[:, i : i + size] for i in range(k)], axis=-1)
    return (patches.reshape(-1, k * wide * c) @ matrix).reshape(len(x), size, size, o)


def _pool(x: jax.Array, k: int) -> jax.Array:
    n, h, w, c = x.shape
    return x.reshape(n, h // k, k, w // k, k, c).max((2, 4))


def _size(shape: tuple[int, ...]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total
