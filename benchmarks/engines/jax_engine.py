"""JAX: one compiled function a step, or one that scans over a whole epoch."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.engines import Go
from benchmarks.workloads import Array, BatchNorm, Conv, Dense, Dropout, Flatten, Workload

Tree = Any


def initial(workload: Workload) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the weights and the moving statistics of each layer."""
    generator = np.random.default_rng(0)
    weights: list[dict[str, Any]] = []
    moving: list[dict[str, Any]] = []
    shape = workload.shape
    for layer in workload.layers:
        here: dict[str, Any] = {}
        statistics: dict[str, Any] = {}
        if isinstance(layer, Dense):
            here = _glorot(generator, (shape[0], layer.units))
            shape = (layer.units,)
        elif isinstance(layer, Conv):
            here = _glorot(generator, (3, 3, shape[2], layer.filters))
            shape = ((shape[0] - 2) // 2, (shape[1] - 2) // 2, layer.filters)
        elif isinstance(layer, Flatten):
            shape = (int(np.prod(shape)),)
        elif isinstance(layer, BatchNorm):
            here = {"gamma": jnp.ones(shape), "beta": jnp.zeros(shape)}
            statistics = {"mean": jnp.zeros(shape), "variance": jnp.ones(shape)}
        weights.append(here)
        moving.append(statistics)
    return weights, moving


def _glorot(generator: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    field = int(np.prod(shape[:-2]))
    limit = np.sqrt(6.0 / (field * (shape[-2] + shape[-1])))
    kernel = generator.uniform(-limit, limit, shape).astype(np.float32)
    return {"w": jnp.asarray(kernel), "b": jnp.zeros(shape[-1])}


def logits(
    workload: Workload, weights: Tree, moving: Tree, x: Any, key: Any, training: bool
) -> tuple[Any, Tree]:
    """Return the network's logits and the new moving statistics."""
    after = []
    for i, layer in enumerate(workload.layers):
        here, statistics = weights[i], moving[i]
        if isinstance(layer, Dense):
            x = x @ here["w"] + here["b"]
            if layer is not workload.layers[-1]:
                x = jax.nn.sigmoid(x) if layer.activation == "sigmoid" else jax.nn.relu(x)
        elif isinstance(layer, Conv):
            order = ("NHWC", "HWIO", "NHWC")
            x = lax.conv_general_dilated(x, here["w"], (1, 1), "VALID", dimension_numbers=order)
            x = jax.nn.relu(x + here["b"])
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        elif isinstance(layer, Flatten):
            x = x.reshape(len(x), -1)
        elif isinstance(layer, Dropout) and training:
            key, used = jax.random.split(key)
            keep = jax.random.bernoulli(used, 1 - layer.rate, x.shape)
            x = jnp.where(keep, x / (1 - layer.rate), 0.0)
        elif isinstance(layer, BatchNorm):
            mean, variance = statistics["mean"], statistics["variance"]
            if training:
                mean, variance = x.mean(0), x.var(0)
                statistics = {
                    "mean": 0.99 * statistics["mean"] + 0.01 * mean,
                    "variance": 0.99 * statistics["variance"] + 0.01 * variance,
                }
            scale = here["gamma"] * lax.rsqrt(variance + 1e-3)
            x = (x - mean) * scale + here["beta"]
        after.append(statistics)
    return x, after


def loss_and_hits(workload: Workload, z: Any, y: Any) -> tuple[Any, Any]:
    """Return the mean crossentropy and the number of right answers."""
    if workload.binary:
        z = z[:, 0]
        values = jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))
        return values.mean(), ((z > 0) == (y == 1)).sum()
    picked = jnp.take_along_axis(z, y[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(z, axis=1) - picked).mean(), (z.argmax(1) == y).sum()


def update(rule: str, weights: Tree, slots: Tree, grads: Tree, t: Any) -> tuple[Tree, Tree]:
    """Return new weights and slots."""
    each = jax.tree_util.tree_map
    if rule == "sgd":
        return each(lambda w, g: w - 0.01 * g, weights, grads), slots
    if rule == "rmsprop":
        v = each(lambda v, g: 0.9 * v + 0.1 * g * g, slots, grads)
        step = functools.partial(each, lambda w, g, v: w - 0.001 * g * lax.rsqrt(v + 1e-7))
        return step(weights, grads, v), v
    m = each(lambda m, g: 0.9 * m + 0.1 * g, slots[0], grads)
    v = each(lambda v, g: 0.999 * v + 0.001 * g * g, slots[1], grads)
    alpha = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    new = each(lambda w, m, v: w - alpha * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return new, (m, v)


def make_step(workload: Workload, x: Any, y: Any) -> Any:
    """Return the function (state, rows) → state of one training step."""

    def objective(weights: Tree, moving: Tree, rows: Any, key: Any) -> Any:
        z, after = logits(workload, weights, moving, x[rows], key, training=True)
        loss, hits = loss_and_hits(workload, z, y[rows])
        if workload.l2:
            dense = [w["w"] for w in weights if "w" in w][:-1]
            loss = loss + workload.l2 * sum((w * w).sum() for w in dense)
        return loss, (after, hits)

    def step(state: Tree, rows: Any) -> Tree:
        weights, moving, slots, t, key, total, right = state
        key, used = jax.random.split(key)
        value = jax.value_and_grad(objective, has_aux=True)
        (loss, (moving, hits)), grads = value(weights, moving, rows, used)
        weights, slots = update(workload.optimizer, weights, slots, grads, t + 1)
        return weights, moving, slots, t + 1, key, total + loss, right + hits

    return step


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go | None:
    """Return the measured go; a scan over a whole epoch is for training only."""
    scan = options.get("scan", False)
    inputs, targets = jnp.asarray(x), jnp.asarray(y.astype(np.int32))
    if not workload.trains:
        return None if scan else _looking(workload, inputs, targets)
    steps, N = workload.rows // workload.batch_size, workload.batch_size

    def order(key: Any) -> Any:
        return jax.random.permutation(key, workload.rows).reshape(steps, N)

    step = make_step(workload, inputs, targets)
    one = jax.jit(step, donate_argnums=0)
    shuffled = jax.jit(order)

    def all_steps(state: Tree, key: Any) -> Tree:
        return lax.scan(lambda s, rows: (step(s, rows), None), state, order(key))[0]

    whole = jax.jit(all_steps, donate_argnums=0)
    weights, moving = initial(workload)
    slots = jax.tree_util.tree_map(jnp.zeros_like, weights)
    if workload.optimizer == "adam":
        slots = (slots, jax.tree_util.tree_map(jnp.zeros_like, weights))
    zero = jnp.zeros(())
    kept = [(weights, moving, slots, zero, jax.random.key(0), zero, jnp.zeros((), jnp.int32))]

    def fit() -> None:
        state = kept.pop()
        for _ in range(workload.epochs):
            weights, moving, slots, t, key, _, _ = state
            key, used = jax.random.split(key)
            state = (weights, moving, slots, t, key, jnp.zeros(()), jnp.zeros((), jnp.int32))
            if scan:
                state = whole(state, used)
            else:
                for rows in np.asarray(shuffled(used)):
                    state = one(state, rows)
            assert float(state[5]) / steps > 0
            assert int(state[6]) / workload.rows >= 0
        kept.append(state)

    return fit


def _looking(workload: Workload, x: Any, y: Any) -> Go:
    weights, moving = initial(workload)
    N = workload.batch_size

    @jax.jit
    def outputs(start: Any) -> Any:
        part = lax.dynamic_slice_in_dim(x, start, N)
        z, _ = logits(workload, weights, moving, part, None, training=False)
        return jax.nn.softmax(z)

    @jax.jit
    def measured(start: Any, total: Any, right: Any) -> Any:
        part = lax.dynamic_slice_in_dim(x, start, N)
        z, _ = logits(workload, weights, moving, part, None, training=False)
        loss, hits = loss_and_hits(workload, z, lax.dynamic_slice_in_dim(y, start, N))
        return total + loss, right + hits

    def look() -> None:
        starts = range(0, workload.rows, N)
        assert len(np.concatenate([outputs(start) for start in starts])) == workload.rows
        total, right = jnp.zeros(()), jnp.zeros((), jnp.int32)
        for start in starts:
            total, right = measured(start, total, right)
        assert float(total) > 0
        assert int(right) >= 0

    return look


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {"jax": jax.__version__}
