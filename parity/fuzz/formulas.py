"""Formulas of `ops` between layers: one text for both libraries, and the shape behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from parity.fuzz import formula_shapes as rules
from parity.fuzz.formula_shapes import Options, Rule

FORMULA = "Formula"
"""What takes the place of a layer's kind where a formula is meant."""


@dataclass(frozen=True)
class Formula:
    """A function of one tensor or two, written with a library's `ops` and Python's operators.

    Args:
        text: an expression of `{ops}`, `{a}`, `{b}` and its options.
        shape: rule for the shape of one sample behind it.
        sources: how many tensors it takes.
    """

    text: str
    shape: Rule
    sources: int = 1

    @property
    def options(self) -> list[str]:
        """The options in the text: `c` a number, `axis`, `n` and `m` sizes."""
        names = {name for _, name, _, _ in Formatter().parse(self.text) if name}
        return sorted(names - {"ops", "a", "b"})

    def written(self, ops: str, tensors: Sequence[str], options: Options) -> str:
        """Return the expression.

        Args:
            ops: how the module is called.
            tensors: the names of the tensors.
            options: the values of the options.

        >>> FORMULAS["scaled"].written("ops", ["x"], {"c": 0.5})
        '0.5 * x'
        """
        names = dict(zip("ab", tensors, strict=False))
        return self.text.format(ops=ops, **names, **{k: repr(v) for k, v in options.items()})


def formula_of(arguments: Options) -> tuple[Formula, dict[str, Any]]:
    """Return the formula that a layer's arguments name, and its options."""
    options = {k: v for k, v in arguments.items() if k not in ("name", "formula")}
    return FORMULAS[arguments["formula"]], options


SMOOTH = (
    *("abs", "absolute", "negative", "square", "sin", "cos", "arctan", "tanh", "sigmoid", "silu"),
    *("swish", "softplus", "softsign", "relu", "relu6", "elu", "selu", "gelu", "hard_sigmoid"),
    *("log_sigmoid", "leaky_relu"),
)
"""Operations that take every number."""

BOUNDED = ("exp", "expm1", "sinh", "cosh", "tan")
INSIDE = ("arcsin", "arccos")
POSITIVE = ("log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal")
STEPS = ("sign", "round", "floor", "ceil")
TESTS = ("isfinite", "isnan", "isinf")
COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "var", "std", "logsumexp")
PAIRS = ("add", "subtract", "multiply", "maximum", "minimum")
PLACES = ("argmax", "argmin")

FORMULAS: dict[str, Formula] = {
    **{n: Formula(f"{{ops}}.{n}({{a}})", rules.same) for n in SMOOTH},
    **{n: Formula(f"{{ops}}.{n}({{ops}}.tanh({{a}}))", rules.same) for n in BOUNDED},
    **{n: Formula(f"{{ops}}.{n}(0.9 * {{ops}}.tanh({{a}}))", rules.same) for n in INSIDE},
    **{n: Formula(f"{{ops}}.{n}(0.3 + {{ops}}.square({{a}}))", rules.same) for n in POSITIVE},
    **{n: Formula(f"{{a}} + {{ops}}.{n}({{a}})", rules.same) for n in STEPS},
    **{n: Formula(f"{{ops}}.where({{ops}}.{n}({{a}}), {{a}}, {{c}})", rules.same) for n in TESTS},
    **{
        n: Formula(f"{{a}} * {{ops}}.cast({{ops}}.{n}({{a}}, {{c}}), {{a}}.dtype)", rules.same)
        for n in COMPARISONS
    },
    **{n: Formula(f"{{ops}}.{n}({{a}}, axis={{axis}})", rules.without) for n in REDUCTIONS},
    **{
        f"{n} kept": Formula(
            f"{{ops}}.{n}({{a}}, axis={{axis}}, keepdims=True)", rules.sized(lambda n: 1)
        )
        for n in REDUCTIONS
    },
    **{n: Formula(f"{{ops}}.{n}({{a}}, {{b}})", rules.broadcast, 2) for n in PAIRS},
    **{
        n: Formula(
            f"{{a}} * {{ops}}.cast("
            f"1 + {{ops}}.{n}({{a}}, axis={{axis}}, keepdims=True), {{a}}.dtype)",
            rules.along,
        )
        for n in PLACES
    },
    "shifted": Formula("{a} + {c}", rules.same),
    "scaled": Formula("{c} * {a}", rules.same),
    "mirrored": Formula("{c} - {a}", rules.same),
    "inverse": Formula("{c} / (1.0 + {a} * {a})", rules.same),
    "cube": Formula("{a} ** 3", rules.same),
    "minus": Formula("-{a}", rules.same),
    "plus": Formula("{a} + {b}", rules.broadcast, 2),
    "difference": Formula("{a} - {b}", rules.broadcast, 2),
    "times": Formula("{a} * {b}", rules.broadcast, 2),
    "over": Formula("{a} / (1.0 + {b} * {b})", rules.broadcast, 2),
    "divide": Formula("{ops}.divide({a}, 1.0 + {ops}.abs({b}))", rules.broadcast, 2),
    "true_divide": Formula("{ops}.true_divide({a}, {c})", rules.same),
    "floor_divide": Formula("{a} - {ops}.floor_divide({a}, {c})", rules.same),
    "mod": Formula("{ops}.mod({a}, {c})", rules.same),
    "power": Formula("{ops}.power(0.3 + {ops}.abs({a}), {ops}.tanh({b}))", rules.broadcast, 2),
    "power of a number": Formula("{ops}.power(0.3 + {ops}.abs({a}), {c})", rules.same),
    "clip": Formula("{ops}.clip({a}, -{c}, {c})", rules.same),
    "bounded below": Formula("{ops}.maximum({a}, {c})", rules.same),
    "the smaller": Formula("{ops}.where({ops}.less({a}, {b}), {a}, {b})", rules.broadcast, 2),
    "logical_and": Formula(
        "{ops}.where({ops}.logical_and({a} > -{c}, {a} < {c}), {a}, 0.1 * {a})", rules.same
    ),
    "logical_or": Formula(
        "{ops}.where({ops}.logical_or({a} < -{c}, {a} > {c}), {a}, 0.1 * {a})", rules.same
    ),
    "logical_not": Formula("{ops}.where({ops}.logical_not({a} >= {c}), {a}, {c})", rules.same),
    "any": Formula(
        "{ops}.where({ops}.any({a} > {c}, axis={axis}, keepdims=True), {a}, 0.5 * {a})",
        rules.along,
    ),
    "all": Formula(
        "{ops}.where({ops}.all({a} > -{c}, axis={axis}, keepdims=True), {a}, 0.5 * {a})",
        rules.along,
    ),
    "one_hot": Formula("{a} * {ops}.one_hot({ops}.argmax({a}, axis=-1), {n})", rules.columns),
    "stop_gradient": Formula("{a} * {ops}.stop_gradient({ops}.sigmoid({a}))", rules.same),
    "softmax": Formula("{ops}.softmax({a}, axis={axis})", rules.along),
    "log_softmax": Formula("{ops}.log_softmax({a}, axis={axis})", rules.along),
    "ones_like": Formula("{a} + {ops}.ones_like({a})", rules.same),
    "zeros_like": Formula("{ops}.maximum({a}, {ops}.zeros_like({a}))", rules.same),
    "ones": Formula("{a} - {ops}.ones(({n},))", rules.columns),
    "zeros": Formula("{ops}.minimum({a}, {ops}.zeros(({n},)))", rules.columns),
    "full": Formula("{a} * {ops}.full(({n},), {c})", rules.columns),
    "arange": Formula("{a} + {ops}.cast({ops}.arange({n}), {a}.dtype)", rules.columns),
    "linspace": Formula(
        "{a} * {ops}.cast({ops}.linspace(0.5, {c}, {n}), {a}.dtype)", rules.columns
    ),
    "convert_to_tensor": Formula("{a} * {ops}.convert_to_tensor({c}, dtype={a}.dtype)", rules.same),
    "matmul": Formula("{ops}.matmul({a}, {b})", rules.product, 2),
    "at": Formula("{a} @ {ops}.swapaxes({b}, 1, 2)", rules.product_turned, 2),
    "dot": Formula("{ops}.dot({a}, {ops}.eye({n}, dtype={a}.dtype))", rules.columns),
    "eye": Formula("{ops}.matmul({a}, {ops}.eye({n}, k=1, dtype={a}.dtype))", rules.columns),
    "transpose": Formula("{ops}.transpose({a}, (0, 2, 1))", rules.turned),
    "swapaxes": Formula("{ops}.swapaxes({a}, 1, -1)", rules.turned),
    "reshape": Formula("{ops}.reshape({a}, (-1, {m}, {n}))", rules.rearranged),
    "concatenate": Formula("{ops}.concatenate([{a}, {b}], axis={axis})", rules.joined, 2),
    "stack": Formula("{ops}.stack([{a}, {b}], axis={axis})", rules.stacked, 2),
    "expand_dims": Formula("{ops}.expand_dims({a}, -1)", rules.one_more),
    "squeeze": Formula("{ops}.squeeze({a}[..., :1], -1)", rules.without),
    "split": Formula("{ops}.split({a}, [1], axis={axis})[1]", rules.sized(lambda n: n - 1, 2)),
    "unstack": Formula("{ops}.unstack({a}, axis={axis})[-1]", rules.without),
    "take": Formula("{ops}.take({a}, [1, 0, 1], axis={axis})", rules.sized(lambda n: 3, 2)),
    "get_item": Formula(
        "{ops}.get_item({a}, (slice(None), slice(1, None)))", rules.sized(lambda n: n - 1, 2, 1)
    ),
    "cut": Formula("{a}[:, 1:]", rules.sized(lambda n: n - 1, 2, 1)),
    "every other": Formula("{a}[..., ::2]", rules.sized(lambda n: -(-n // 2), 2, -1)),
    "a column": Formula("{a}[..., 0]", rules.without),
}
"""The formulas by name, those of a single operation by the operation's."""
