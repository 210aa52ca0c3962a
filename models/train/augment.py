"""Digits that were never written: each training digit is moved, turned, bent and thickened anew each time.

MNIST was written with a pen on paper forms. A mouse on the pad makes other slants, wobbles and, for a small drawing
enlarged to 20 pixels, a thicker line. All of it runs in JAX, on a whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

SIDE = 28


@dataclass(frozen=True)
class Strength:
    """How far each change may go. Lengths in pixels of 28, angles in degrees.

    `bend` is the standard deviation of the shifts of a 5x5 grid of points, between which the paper stretches.
    `thinner` and `thicker` are the most steps of grey morphology; one step changes a line's width by up to 2 pixels.
    """

    turn: float = 12.0
    slant: float = 0.20
    scale: float = 0.12
    aspect: float = 0.10
    shift: float = 1.5
    bend: float = 0.75
    thinner: float = 0.5
    thicker: float = 1.25
    plain: float = 0.2  # the share of digits that stay as they are


def augment(key: jax.Array, images: jax.Array, strength: Strength = Strength()) -> jax.Array:
    """Change every image in its own way.

    Parameters
    ----------
    key : JAX random key
    images : float32 array, shape (n, 28, 28)
        Ink from 0 to 1.
    strength : Strength

    Returns
    -------
    float32 array, shape (n, 28, 28), from 0 to 1

    Examples
    --------
    >>> image = jnp.zeros((1, 28, 28)).at[:, 4:24, 13:16].set(1.0)
    >>> changed = augment(jax.random.key(1), image)
    >>> changed.shape, bool(changed.max() <= 1), bool((changed != image).any())
    ((1, 28, 28), True, True)
    """
    warp, line, keep = jax.random.split(key, 3)
    changed = _weigh(line, _warp(warp, images, strength), strength)
    return _mix(keep, images, changed, strength)


# Three compiled parts, not one: joined, XLA would sample each pixel anew for every neighbour that asks for it.
@partial(jax.jit, static_argnames="s")
def _warp(key: jax.Array, images: jax.Array, s: Strength) -> jax.Array:
    n = len(images)
    affine, elastic = jax.random.split(key)
    u = jax.random.uniform(affine, (6, n, 1, 1), minval=-1, maxval=1)
    angle, slant = u[0] * np.deg2rad(s.turn), u[1] * s.slant
    size, aspect = jnp.exp(-u[2] * s.scale), jnp.exp(u[3] * s.aspect)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    # Each pixel of the new image asks where in the old one it comes from.
    from_x = size * aspect * (jnp.cos(angle) * x + jnp.sin(angle) * y + slant * y)
    from_y = size / aspect * (jnp.cos(angle) * y - jnp.sin(angle) * x)
    bend = jnp.einsum("ia,nkab,jb->knij", _GRID, jax.random.normal(elastic, (n, 2, 5, 5)) * s.bend, _GRID)
    centre = (SIDE - 1) / 2
    return _sample(images, from_y + centre + u[4] * s.shift + bend[0], from_x + centre + u[5] * s.shift + bend[1])


def _sample(images: jax.Array, y: jax.Array, x: jax.Array) -> jax.Array:
    """Bilinear values at (y, x); outside is paper."""
    n = len(images)
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(n, -1)
    y, x = jnp.clip(y + 1, 0, SIDE + 0.999), jnp.clip(x + 1, 0, SIDE + 0.999)
    top, left = jnp.floor(y).astype(jnp.int32), jnp.floor(x).astype(jnp.int32)
    down, right = (y - top).reshape(n, -1), (x - left).reshape(n, -1)
    at = (top * (SIDE + 2) + left).reshape(n, -1)
    pick = lambda offset: jnp.take_along_axis(padded, at + offset, axis=1)  # noqa: E731 - one line, used four times
    upper = pick(0) * (1 - right) + pick(1) * right
    lower = pick(SIDE + 2) * (1 - right) + pick(SIDE + 3) * right
    return (upper * (1 - down) + lower * down).reshape(n, SIDE, SIDE)


@partial(jax.jit, static_argnames="s")
def _weigh(key: jax.Array, images: jax.Array, s: Strength) -> jax.Array:
    """Thinner or thicker lines, between no step and the most steps."""
    amount = jax.random.uniform(key, (len(images), 1, 1), minval=-s.thinner, maxval=s.thicker)
    part = lambda low: jnp.clip(amount - low, 0, 1)  # noqa: E731
    thin = jnp.clip(-amount, 0, 1)
    once = _spread(images)
    thick = images + part(0.0) * (once - images) + part(1.0) * (_spread(once) - once)
    return jnp.where(amount < 0, images + thin * (1 - _spread(1 - images) - images), thick)


@partial(jax.jit, static_argnames="s")
def _mix(key: jax.Array, images: jax.Array, changed: jax.Array, s: Strength) -> jax.Array:
    return jnp.where(jax.random.uniform(key, (len(images), 1, 1)) < s.plain, images, changed)


def _spread(images: jax.Array) -> jax.Array:
    """Grey dilation by a plus of 5 pixels."""
    p = jnp.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    vertical = jnp.maximum(p[:, 2:, 1:-1], p[:, :-2, 1:-1])
    horizontal = jnp.maximum(p[:, 1:-1, 2:], p[:, 1:-1, :-2])
    return jnp.maximum(images, jnp.maximum(vertical, horizontal))


def _grid() -> np.ndarray:
    """Weights, (28, 5), that spread 5 values smoothly over 28 pixels (a cubic B-spline's bumps, sums of one)."""
    distance = np.abs(np.arange(SIDE)[:, None] / (SIDE - 1) * 4 - np.arange(5))
    near, far = 2 / 3 - distance**2 + distance**3 / 2, np.clip(2 - distance, 0, None) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


_GRID = _grid()
