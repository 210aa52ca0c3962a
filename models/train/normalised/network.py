"""The network in JAX: three 3x3 convolutions, batch normalisation, two linear layers. 12,050 numbers.

The build of PyTorch's MNIST example and of the many that follow it, with poolings so that the file stays small:
https://github.com/pytorch/examples/blob/main/mnist/main.py
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from models.train.network import Params
from models.train.train import Network

MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's training pixels, in ink from 0 to 1; everyone's example has these
EPSILON = 1e-5  # BatchNorm2d's own

SHAPES = {
    "conv1.weight": (8, 1, 3, 3),
    "conv1.bias": (8,),
    "conv2.weight": (16, 8, 3, 3),
    "conv2.bias": (16,),
    "conv3.weight": (24, 16, 3, 3),
    "conv3.bias": (24,),
    "norm1.weight": (24,),
    "norm1.bias": (24,),
    "fc1.weight": (32, 216),
    "fc1.bias": (32,),
    "fc2.weight": (10, 32),
    "fc2.bias": (10,),
}


def initial(key: jax.Array) -> Params:
    """Random weights by He's rule (variance 2 / inputs); biases of zero, and a normalisation that scales by one.

    Examples
    --------
    >>> sum(w.size for w in initial(jax.random.key(0)).values())
    12050
    """
    params = {}
    for name, shape in SHAPES.items():
        key, own = jax.random.split(key)
        if name.endswith("bias"):
            params[name] = jnp.zeros(shape)
        elif len(shape) == 1:
            params[name] = jnp.ones(shape)
        else:
            params[name] = jax.random.normal(own, shape) * (2 / np.prod(shape[1:])) ** 0.5
    return params


def logits(params: Params, images: jax.Array) -> jax.Array:
    """What the network says while it trains: channels normalised by this very batch.

    Parameters
    ----------
    params : dict of float32 arrays, shapes as in ``SHAPES``
    images : float32 array, shape (n, 28, 28)
        Ink from 0 to 1; the normalisation of the pixels is done here.

    Returns
    -------
    float32 array, shape (n, 10)

    Examples
    --------
    >>> logits(initial(jax.random.key(0)), jnp.zeros((2, 28, 28))).shape
    (2, 10)
    """
    x = _convolved(params, images)
    x = (x - x.mean((0, 1, 2))) / jnp.sqrt(x.var((0, 1, 2)) + EPSILON)
    x = x * params["norm1.weight"] + params["norm1.bias"]
    x = _pool(x, 3).transpose(0, 3, 1, 2).reshape(len(images), -1)  # channels first, as in the ONNX file
    x = jax.nn.relu(x @ params["fc1.weight"].T + params["fc1.bias"])
    return x @ params["fc2.weight"].T + params["fc2.bias"]


def statistics(params: Params, images: np.ndarray) -> dict[str, np.ndarray]:
    """The mean and variance of each channel before ``norm1``: what the file normalises by.

    PyTorch keeps a running average of each batch's; here they are computed once, after training, over all `images`.

    Parameters
    ----------
    params : dict of float32 arrays
    images : float32 array, shape (n, 28, 28), ink from 0 to 1

    Returns
    -------
    dict of ``norm1.running_mean`` and ``norm1.running_var``, float32 arrays of shape (24,)
    """
    parts = [_moments(params, jnp.asarray(images[i : i + 1000])) for i in range(0, len(images), 1000)]
    mean, square = (np.mean([part[i] for part in parts], axis=0) for i in range(2))
    return {"norm1.running_mean": mean.astype(np.float32), "norm1.running_var": (square - mean**2).astype(np.float32)}


@jax.jit
def _moments(params: Params, images: jax.Array) -> tuple[jax.Array, jax.Array]:
    x = _convolved(params, images)
    return x.mean((0, 1, 2)), (x**2).mean((0, 1, 2))


def _convolved(params: Params, images: jax.Array) -> jax.Array:
    x = ((images - MEAN) / DEVIATION)[..., None]
    x = _pool(jax.nn.relu(_conv(params, "conv1", x)), 2)
    x = jax.nn.relu(_conv(params, "conv2", x))
    return jax.nn.relu(_conv(params, "conv3", x))


def _conv(params: Params, name: str, x: jax.Array) -> jax.Array:
    """3x3 without a border, (n, h, w, c) to (n, h - 2, w - 2, o); as one matrix product, as in the other network."""
    n, h, w, c = x.shape
    kernel = params[f"{name}.weight"]
    matrix = kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))
    patches = jnp.concatenate([x[:, i : h - 2 + i, j : w - 2 + j] for i in range(3) for j in range(3)], axis=-1)
    out = patches.reshape(-1, 9 * c) @ matrix + params[f"{name}.bias"]
    return out.reshape(n, h - 2, w - 2, len(kernel))


def _pool(x: jax.Array, k: int) -> jax.Array:
    n, h, w, c = x.shape
    return x.reshape(n, h // k, k, w // k, k, c).max((2, 4))


NETWORK = Network(initial, logits)
