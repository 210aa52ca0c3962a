"""The training loop: Adam with a cosine learning rate, and an average of the weights over the last steps."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

# Before JAX starts: on few cores its own threads cost more than they give at this size.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import numpy as np
import optax

from models.train import data
from models.train.augment import Strength, augment
from models.train.network import Params, initial, logits


@dataclass(frozen=True)
class Network:
    """How a network begins, and what it says of ink from 0 to 1, shape (n, 28, 28): its logits."""

    initial: Callable[[jax.Array], Params]
    logits: Callable[[Params, jax.Array], jax.Array]


CLASSIC = Network(initial, logits)


@dataclass(frozen=True)
class Plan:
    """What is to be trained, and how long. The defaults made the committed model."""

    seed: int = 8
    epochs: int = 90
    batch: int = 100
    rate: float = 6e-3
    warm: float = 2.0  # epochs until the full learning rate
    decay: float = 1e-4
    smoothing: float = 0.02  # of the labels
    average: float = 0.999  # of the weights, per step
    strength: Strength = field(default_factory=Strength)


@dataclass(frozen=True)
class Trained:
    """Weights (pixels from 0 to 1), the accuracy on the validation digits, and facts for the model card."""

    weights: dict[str, np.ndarray]
    validation: float
    facts: dict[str, str]


def train(plan: Plan = Plan(), say: Callable[[str], None] = print, *, network: Network = CLASSIC) -> Trained:
    """Train from random weights on all training digits but the last 5,000, which only measure.

    Parameters
    ----------
    plan : Plan
        With the same plan a second run gives the same weights, but for floating-point noise between machines.
    say : callable
        Gets one line an epoch.
    network : Network
        That of models/mnist.onnx by default.

    Examples
    --------
    >>> train(Plan(epochs=1)).weights["Parameter5"].shape  # doctest: +SKIP
    (8, 1, 5, 5)
    """
    digits = data.training()
    images, labels = digits.images[: -data.VALIDATION], digits.labels[: -data.VALIDATION].astype(np.int32)
    held = jnp.asarray(digits.images[-data.VALIDATION :], jnp.float32) / 255, digits.labels[-data.VALIDATION :]
    per_epoch = len(images) // plan.batch
    steps = plan.epochs * per_epoch
    warm = min(int(plan.warm * per_epoch), steps // 4)  # a short run warms up shorter
    rate = optax.warmup_cosine_decay_schedule(0.0, plan.rate, warm, steps, plan.rate * 1e-3)
    optimiser = optax.adamw(rate, weight_decay=plan.decay)
    params = network.initial(jax.random.key(plan.seed))
    mean, state = params, optimiser.init(params)
    step = jax.jit(partial(_step, optimiser, plan, network))
    answer = jax.jit(lambda params, images: network.logits(params, images).argmax(1))
    order, start = np.random.default_rng(plan.seed), time.perf_counter()
    for epoch in range(plan.epochs):
        shuffled, losses = order.permutation(len(images)), []
        for i in range(per_epoch):
            picked = shuffled[i * plan.batch : (i + 1) * plan.batch]
            key = jax.random.fold_in(jax.random.key(plan.seed), epoch * per_epoch + i)
            changed = augment(key, jnp.asarray(images[picked], jnp.float32) / 255, plan.strength)
            params, mean, state, loss = step(params, mean, state, changed, labels[picked])
            losses.append(loss)
        right = _accuracy(partial(answer, mean), *held)
        seconds = time.perf_counter() - start
        say(f"epoch {epoch + 1}/{plan.epochs}: loss {np.mean(losses):.4f}, validation {right:.2%}, {seconds:.0f} s")
    weights = {name: np.asarray(array) for name, array in mean.items()}
    return Trained(weights, right, _facts(plan, right, time.perf_counter() - start))


def _step(
    optimiser: optax.GradientTransformation,
    plan: Plan,
    network: Network,
    params: Params,
    mean: Params,
    state: optax.OptState,
    images: jax.Array,
    labels: jax.Array,
) -> tuple[Params, Params, optax.OptState, jax.Array]:
    loss, slope = jax.value_and_grad(_loss)(params, network, images, labels, plan.smoothing)
    updates, state = optimiser.update(slope, state, params)
    params = optax.apply_updates(params, updates)
    mean = optax.incremental_update(params, mean, 1 - plan.average)
    return params, mean, state, loss


def _loss(params: Params, network: Network, images: jax.Array, labels: jax.Array, smoothing: float) -> jax.Array:
    target = optax.smooth_labels(jax.nn.one_hot(labels, 10), smoothing)
    return optax.softmax_cross_entropy(network.logits(params, images), target).mean()


def _accuracy(answer: Callable[[jax.Array], jax.Array], images: jax.Array, labels: np.ndarray) -> float:
    said = np.concatenate([answer(images[i : i + 1000]) for i in range(0, len(images), 1000)])
    return float((said == labels).mean())


def _facts(plan: Plan, right: float, seconds: float) -> dict[str, str]:
    return {
        "seed": str(plan.seed),
        "epochs": str(plan.epochs),
        "training_minutes": f"{seconds / 60:.0f}",
        "validation_accuracy": f"{right:.4f}",
        "made_with": f"Python {platform.python_version()}, JAX {jax.__version__}, optax {optax.__version__}",
    }
