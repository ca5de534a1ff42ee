"""Sabotages of the parity suite are found by name, from weights and history alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sabotaged_runs as runs
from sabotaged_runs import Case, rule

from nnscratch import config, constraints, lab, losses, naming, optimizers, utils
from nnscratch.optimizers import schedules
from parity.sabotage.table import all_sabotages

UNTRIED = ("parity.sabotage.crossings", "parity.sabotage.masks")
"""Sabotages of files, and of masks, which are no causes that `explain_diff` tries."""
SABOTAGES = {
    sabotage.name: sabotage
    for sabotage in all_sabotages()
    if sabotage.changes.__module__ not in UNTRIED
}


def falling(rate: float) -> Any:
    """Return a learning rate that falls."""
    return schedules.ExponentialDecay(rate, 2, 0.5)


def _adam(**options: Any) -> Callable[[], Case]:
    return rule(lambda: optimizers.Adam(0.02, **options))


def _sgd(**options: Any) -> Callable[[], Case]:
    return rule(lambda: optimizers.SGD(**{"learning_rate": 0.1, **options}))


def _excluding() -> Case:
    model, x, y, fit = _sgd(weight_decay=0.05)()
    model.optimizer.exclude_from_weight_decay(var_names=["kernel"])
    return model, x, y, fit


def _sparing_by_path() -> Case:
    """Patterns that fit paths only: here all matrices decay, and none where paths are searched."""
    model, x, y, fit = rule(
        lambda: optimizers.Muon(0.02, weight_decay=0.5, adam_weight_decay=None)
    )()
    model.optimizer.exclude_from_weight_decay(var_names=["/kernel"])
    return model, x, y, fit


CASES: dict[str, tuple[Callable[[], Case], str]] = {
    "adam-epsilon-after-the-correction": (_adam(), "ε after the bias correction"),
    "adam-epsilon-under-the-root": (_adam(), "ε inside the root"),
    "adam-without-bias-correction": (_adam(), "no bias correction"),
    "adam-corrected-in-float64": (_adam(), "constants in full precision"),
    "adam-counts-from-zero": (_adam(), "bias correction counts from zero"),
    "amsgrad-ignored": (_adam(amsgrad=True, beta_2=0.5), "AMSGrad turned round"),
    "adagrad-starts-at-zero": (rule(lambda: optimizers.Adagrad(0.1)), "initial accumulator 0"),
    "adagrad-epsilon-outside": (
        rule(lambda: optimizers.Adagrad(0.1, epsilon=1e-3)),
        "ε outside the root",
    ),
    "rmsprop-epsilon-outside": (rule(lambda: optimizers.RMSprop(0.02)), "ε outside the root"),
    "rmsprop-rho-weighs-the-new": (
        rule(lambda: optimizers.RMSprop(0.02)),
        "ρ weighs the new square",
    ),
    "rmsprop-not-centered": (
        rule(lambda: optimizers.RMSprop(0.02, centered=True)),
        "RMSprop not centered",
    ),
    "nesterov-dropped": (_sgd(momentum=0.9, nesterov=True), "Nesterov's step turned round"),
    "velocity-without-the-rate": (
        rule(lambda: optimizers.SGD(falling(0.1), momentum=0.9)),
        "velocity without the learning rate",
    ),
    "momentum-dampened": (_sgd(momentum=0.8), "momentum dampened"),
    "clipnorm-of-all-together": (_sgd(clipnorm=0.5), "clipped by the joint norm"),
    "global-clip-of-each": (_sgd(global_clipnorm=0.5), "clipped variable by variable"),
    "global-clip-with-a-margin": (
        _sgd(global_clipnorm=0.5),
        "norm clipped with a margin of 1e-6",
    ),
    "clipvalue-above-only": (_sgd(clipvalue=0.2), "clipvalue bounds one side"),
    "decay-after-the-update": (_sgd(weight_decay=0.1), "weights decay after the update"),
    "decay-in-the-gradient": (_adam(weight_decay=0.1), "weight decay in the gradient"),
    "decay-without-the-rate": (_sgd(weight_decay=0.1), "weights decay by λ alone"),
    "excluded-variables-decay": (_excluding, "excluded weights decay too"),
    "muon-spares-by-path": (_sparing_by_path, "weights do not decay"),
    "average-starts-at-zero": (
        _sgd(use_ema=True, ema_momentum=0.9),
        "moving average of weights starts at zero",
    ),
    "average-never-taken": (
        _sgd(use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=2),
        "moving average of weights not taken",
    ),
    "accumulated-sum": (_sgd(gradient_accumulation_steps=2), "accumulated gradients summed"),
    "loss-scale-left-in": (_adam(loss_scale_factor=8.0, epsilon=1e-3), "loss scale left in"),
    "constraints-skipped": (
        lambda: runs.plain(
            runs.net(runs.dense(5, "tanh", kernel_constraint=constraints.MaxNorm(0.5))),
            "mse",
            runs.Y,
        ),
        "constraints not applied",
    ),
    "constants-not-rounded": (_sgd(momentum=0.9), "constants in full precision"),
    "bias-gradient-averaged": (_sgd(), "bias gradient averaged"),
    "gradients-pile-up": (_sgd(learning_rate=0.01), "gradients pile up"),
    "flatten-by-columns": (runs.norm_on_axis_1, "flattened in another order"),
    "bn-moving-variance-unbiased": (runs.norm, "BatchNormalization: moving variance unbiased"),
    "bn-batch-variance-unbiased": (runs.norm, "BatchNormalization: batch variance unbiased"),
    "bn-variance-in-one-pass": (
        partial(runs.norm, shift=30.0),
        "BatchNormalization: variance in one pass",
    ),
    "bn-epsilon-1e-5": (runs.norm, "BatchNormalization: ε is 1e-05"),
    "bn-momentum-weighs-the-new": (runs.norm, "BatchNormalization: momentum weighs the new"),
    "bn-batch-statistics-in-inference": (
        runs.norm,
        "BatchNormalization: batch statistics in inference",
    ),
    "bn-frozen-trains": (runs.frozen_norm, "BatchNormalization: frozen layer goes on"),
    "bn-mean-path-dropped": (runs.norm, "BatchNormalization: no gradient through the mean"),
    "bn-variance-path-dropped": (
        runs.norm,
        "BatchNormalization: no gradient through the variance",
    ),
    "bn-last-axis-always": (
        runs.norm_on_axis_1,
        "BatchNormalization: features on the last axis",
    ),
    "dropout-unscaled": (runs.dropped, "dropout: not scaled in training"),
    "dropout-scales-in-inference": (runs.dropped, "dropout: scaled in inference as well"),
    "dropout-mask-late": (runs.dropped, "dropout: masks begin with the second draw"),
    "dropout-other-mask-backward": (runs.dropped, "dropout: another mask backwards"),
    "dropout-rate-kept": (runs.dropped, "dropout: rate is the share kept"),
    "relu-slope-one-at-zero": (runs.relu_with_zeros, "relu passes gradients at 0"),
    "leaky-slope-of-pytorch": (runs.activation("leaky_relu"), "leaky relu: slope 0.01"),
    "gelu-by-tanh": (runs.activation("gelu"), "gelu: the other form"),
    "hard-sigmoid-of-keras-2": (runs.activation("hard_sigmoid"), "hard_sigmoid: rises by 0.2"),
    "normal-not-truncated": (runs.started("HeNormal"), "initializer: normal not truncated"),
    "truncation-not-made-up-for": (
        runs.started("HeNormal"),
        "initializer: truncation not made up for",
    ),
    "fans-swapped": (
        runs.started("HeUniform"),
        "initializer: inputs and outputs exchanged",
    ),
    "l2-halved": (runs.penalized("l2"), "L2 penalty halved"),
    "l2-gradient-without-two": (runs.penalized("l2"), "L2 penalty λΣw² with gradient λw"),
    "l1-slope-at-zero": (runs.l1_on_bias, "L1 pushes weights of 0"),
    "penalty-missing-in-evaluate": (
        runs.penalized("l2"),
        "penalties missing in validation",
    ),
    "penalty-averaged": (runs.penalized("l2"), "penalty averaged over the weights in the loss"),
    "activity-not-averaged": (
        runs.penalized(None, activity_regularizer="l2"),
        "penalty on activities summed",
    ),
    "softmax-then-logarithm": (
        runs.sure_and_wrong("sparse_categorical_crossentropy", runs.CLASSES, "softmax", 3),
        "crossentropy from probabilities",
    ),
    "categorical-from-probabilities": (
        runs.sure_and_wrong("categorical_crossentropy", runs.ONE_HOT, "softmax", 3),
        "crossentropy from probabilities",
    ),
    "sigmoid-then-logarithm": (
        runs.sure_and_wrong("binary_crossentropy", runs.LABELS, "sigmoid", 1),
        "crossentropy from probabilities",
    ),
    "smoothing-ignored": (
        runs.classes(lambda: losses.CategoricalCrossentropy(label_smoothing=0.15), runs.ONE_HOT),
        "label smoothing ignored",
    ),
    "smoothing-among-the-others": (
        runs.classes(lambda: losses.CategoricalCrossentropy(label_smoothing=0.15), runs.ONE_HOT),
        "label smoothing among the other classes",
    ),
    "weights-normalized": (runs.weighted(), "weighted loss divided by the weights"),
    "weights-ignored": (runs.weighted(), "sample weights ignored in the loss"),
    "sum-is-a-mean": (
        lambda: runs.binary(loss=losses.BinaryCrossentropy(reduction="sum")),
        "loss averaged where a sum is asked for",
    ),
    "squared-error-halved": (_sgd(), "loss × ½"),
    "absolute-error-slope-at-zero": (runs.right_at_first, "absolute error's slope at 0 is 1"),
    "probabilities-clipped-elsewhere": (
        runs.clipped,
        "probabilities clipped at 1e-15",
    ),
    "class-weights-ignored": (
        lambda: runs.binary(class_weight={0: 1.0, 1: 3.0}),
        "class weights ignored",
    ),
    "threshold-counts-as-above": (runs.half, "a prediction of one half counts as 1"),
    "last-of-a-tie-wins": (runs.ties, "of equal scores the last one counts"),
    "accuracy-always-categorical": (
        lambda: runs.binary(metrics=["accuracy"]),
        "accuracy compares places of the largest",
    ),
    "accuracy-is-Accuracy": (
        lambda: runs.binary(metrics=["accuracy"]),
        "accuracy compares number with number",
    ),
    "metrics-after-the-update": (_sgd(), "measured after the update"),
    "plain-metrics-weighted": (runs.weighted(), "metrics count sample weights"),
    "metrics-never-reset": (_sgd(), "metrics never reset"),
    "last-batch-unweighted": (_sgd(), "epoch's loss averaged over batches"),
    "validation-from-the-front": (
        lambda: runs.binary(validation_split=0.3),
        "validation rows from the front",
    ),
    "validation-split-rounds-up": (
        lambda: runs.binary(validation_split=0.3),
        "validation split rounded up",
    ),
    "shuffled-anew": (lambda: runs.binary(shuffle=True), "shuffled anew in every epoch"),
    "short-batch-dropped": (_sgd(), "short last batch dropped in training"),
    "validation-counted-from-zero": (
        lambda: runs.binary(epochs=5, validation_freq=2, validation_data=(runs.X, runs.LABELS)),
        "validation epochs counted from zero",
    ),
    "one-initializer-draws-twice": (
        runs.shared_initializer,
        "initializer: other numbers at every call",
    ),
    "loss-weights-ignored": (runs.two_outputs, "loss weights ignored"),
    "nested-stays-in-inference": (runs.nested, "model within the model stays in inference"),
    "patience-off-by-one": (runs.stopped, "patience + 1"),
    "nothing-restored": (partial(runs.stopped, restore=True), "best weights not restored"),
    "equal-is-better": (runs.flat, "an equal value counts as better"),
}
"""By sabotage, a run in which it shows and the label that must be on top."""

NO_CAUSE = {
    "stop-skips-the-epoch-end",  # changes which numbers there are, and none of them
    "last-branch-wins",  # slips of a graph's executor, of which a model has but one
    "shared-calls-in-another-order",
    "groups-share-their-memory",  # a slip in memory: which rows are lost is nobody's convention
}
"""Sabotages that no cause of the catalogue stands for."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Let runs be odd."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def made(case: Callable[[], Case]) -> Case:
    """Make a case from one seed."""
    naming.clear_names()
    utils.set_random_seed(11)
    return case()


def test_every_sabotage_has_a_case() -> None:
    assert set(CASES) | NO_CAUSE == set(SABOTAGES)


@pytest.mark.parametrize("name", CASES)
def test_the_sabotage_is_named(name: str) -> None:
    """What the sabotaged run leaves behind is all that `explain_diff` is told."""
    case, expected = CASES[name]
    config.set_floatx("float32" if name == "bn-variance-in-one-pass" else "float64")
    with SABOTAGES[name].applied():
        model, x, y, fit = made(case)
        history = model.fit(x, y, verbose=0, **fit)
        weights = model.get_weights()
    model, x, y, fit = made(case)
    found = lab.explain_diff(model, x, y, weights=weights, history=history, pairs=False, **fit)
    assert found.best is not None
    assert found.best.label == expected, f"{found}"
    assert found.best.closes > 0.999, f"{found}"
