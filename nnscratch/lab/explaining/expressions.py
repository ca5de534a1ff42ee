"""Formulas as data: an expression is evaluated, typeset, and written out with its numbers.

Expressions are in Python's notation: `"m + (1 - beta_1)*(g - m)"`. One text gives the value, the
LaTeX, the plain text and the text with numbers in the names' places, so these cannot disagree.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Env = Mapping[str, Any]

ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "clip": np.clip,
}
"""Functions of numbers, of which the arguments are written out."""

WHOLE: dict[str, tuple[Callable[..., Any], str, str]] = {
    "norm": (lambda x: np.sqrt(np.sum(np.square(x))), r"\lVert {} \rVert", "‖{}‖"),
    "rms": (lambda x: np.sqrt(np.mean(np.square(x))), r"\mathrm{{RMS}}({})", "RMS({})"),
    "mean_columns": (
        lambda x: np.mean(x, axis=-1, keepdims=True),
        r"\mathrm{{mean}}_j\,{}",
        "mean_j {}",
    ),
    "mean_rows": (
        lambda x: np.mean(x, axis=-2, keepdims=True),
        r"\mathrm{{mean}}_i\,{}",
        "mean_i {}",
    ),
}
"""Functions of a whole array: what is computed, in LaTeX, in plain text. Their value is written."""

SYMBOLS: dict[str, tuple[str, str]] = {
    "eta": (r"\eta", "η"),
    "eta_t": (r"\eta_t", "ηₜ"),
    "alpha": (r"\alpha", "α"),
    "beta": (r"\beta", "β"),
    "beta_1": (r"\beta_1", "β₁"),
    "beta_2": (r"\beta_2", "β₂"),
    "epsilon": (r"\varepsilon", "ε"),
    "epsilon_1": (r"\varepsilon_1", "ε₁"),
    "epsilon_2": (r"\varepsilon_2", "ε₂"),
    "mu": (r"\mu", "μ"),
    "mu_next": (r"\mu'", "μ′"),
    "mu_w": (r"\mu_w", "μ_w"),
    "rho": (r"\rho", "ρ"),
    "lam": (r"\lambda", "λ"),
    "lam_1": (r"\lambda_1", "λ₁"),
    "lam_2": (r"\lambda_2", "λ₂"),
    "sigma": (r"\sigma", "σ"),
    "delta": (r"\Delta", "Δ"),
    "product": (r"\Pi", "Π"),
    "m_hat": (r"\hat m", "m̂"),
    "v_hat": (r"\hat v", "v̂"),
    "w_mean": (r"\bar w", "w̄"),
    "g_mean": (r"\bar g", "ḡ"),
    "n_new": (r"n'", "n′"),
    "o": (r"O", "O"),
    "g_norm": (r"\lVert g \rVert_{\mathrm{all}}", "‖g‖_all"),
    "w_projected": (r"P(w)", "P(w)"),
}
PRECEDENCE: dict[type[ast.operator], int] = {
    ast.Add: 1,
    ast.Sub: 1,
    ast.Mult: 2,
    ast.Div: 2,
    ast.Pow: 4,
}


def parsed(expression: str) -> ast.expr:
    """Return the syntax tree of an expression."""
    return ast.parse(expression, mode="eval").body


def value(node: ast.expr, env: Env) -> Any:
    """Return the value of an expression on whole arrays.

    >>> float(value(parsed("sqrt(v) + 1"), {"v": np.array(4.0)}))
    3.0
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return env[node.id]
    if isinstance(node, ast.UnaryOp):
        return -value(node.operand, env)
    if isinstance(node, ast.Call):
        arguments = [value(a, env) for a in node.args]
        name = called(node)
        return WHOLE[name][0](*arguments) if name in WHOLE else ELEMENTWISE[name](*arguments)
    assert isinstance(node, ast.BinOp)
    a, b = value(node.left, env), value(node.right, env)
    if isinstance(node.op, ast.Add):
        return a + b
    if isinstance(node.op, ast.Sub):
        return a - b
    if isinstance(node.op, ast.Mult):
        return a * b
    return a / b if isinstance(node.op, ast.Div) else a**b


def called(node: ast.Call) -> str:
    """Return the name of the function that is called."""
    assert isinstance(node.func, ast.Name)
    return node.func.id


def latex(node: ast.expr) -> str:
    r"""Return an expression in LaTeX.

    >>> latex(parsed("w - eta*g/sqrt(h + epsilon)"))
    'w - \\frac{\\eta\\,g}{\\sqrt{h + \\varepsilon}}'
    """
    if isinstance(node, ast.Constant):
        return f"{float(str(node.value)):g}"
    if isinstance(node, ast.Name):
        return SYMBOLS.get(node.id, (node.id, ""))[0]
    if isinstance(node, ast.UnaryOp):
        return f"-{_latex_inside(node.operand, 2)}"
    if isinstance(node, ast.Call):
        name, parts = called(node), [latex(a) for a in node.args]
        if name in WHOLE:
            return WHOLE[name][1].format(*parts)
        if name == "sqrt":
            return rf"\sqrt{{{parts[0]}}}"
        if name == "abs":
            return rf"\lvert {parts[0]} \rvert"
        return rf"\mathrm{{{name}}}({', '.join(parts)})"
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{latex(node.left)}}}{{{latex(node.right)}}}"
    if isinstance(node.op, ast.Pow):
        return rf"{_latex_inside(node.left, 5)}^{{{latex(node.right)}}}"
    level = PRECEDENCE[type(node.op)]
    sign = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: r"\,"}[type(node.op)]
    right = level + 1 if isinstance(node.op, ast.Sub) else level
    return f"{_latex_inside(node.left, level)}{sign}{_latex_inside(node.right, right)}"


def _latex_inside(node: ast.expr, level: int) -> str:
    text = latex(node)
    fraction = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and level < 5
    return rf"\left({text}\right)" if not fraction and _level(node) < level else text


def plain(node: ast.expr, env: Env | None = None) -> str:
    """Return an expression in plain text; with `env`, numbers take the place of names.

    >>> plain(parsed("w - eta*g/sqrt(h + epsilon)"))
    'w − η·g/√(h + ε)'
    >>> plain(parsed("w - eta*g"), {"w": 1.0, "eta": 0.1, "g": -2.0})
    '1 − 0.1·(−2)'
    """
    if isinstance(node, ast.Constant):
        return number(node.value)
    if isinstance(node, ast.Name):
        return SYMBOLS.get(node.id, ("", node.id))[1] if env is None else number(env[node.id])
    if isinstance(node, ast.UnaryOp):
        return f"−{_plain_inside(node.operand, 2, env)}"
    if isinstance(node, ast.Call):
        name = called(node)
        if name in WHOLE:
            if env is None:
                return WHOLE[name][2].format(*[plain(a) for a in node.args])
            return number(env[ast.unparse(node)])
        parts = [plain(a, env) for a in node.args]
        if name == "abs":
            return f"|{parts[0]}|"
        return f"{'√' if name == 'sqrt' else name}({', '.join(parts)})"
    assert isinstance(node, ast.BinOp)
    level = PRECEDENCE[type(node.op)]
    if isinstance(node.op, ast.Pow):
        base = _plain_inside(node.left, 5, env)
        if isinstance(node.right, ast.Constant) and node.right.value == 2:
            return f"{base}²"
        return f"{base}^{_plain_inside(node.right, 5, env)}"
    sign = {ast.Add: " + ", ast.Sub: " − ", ast.Mult: "·", ast.Div: "/"}[type(node.op)]
    right = level + 1 if isinstance(node.op, (ast.Sub, ast.Div)) else level
    return (
        f"{_plain_inside(node.left, level, env)}{sign}{_plain_inside(node.right, right, env, True)}"
    )


def _plain_inside(node: ast.expr, level: int, env: Env | None, second: bool = False) -> str:
    text = plain(node, env)
    negative = text.startswith("−") and (second or level > 2)
    return f"({text})" if _level(node) < level or (negative and text[0] != "(") else text


def _level(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp):
        return PRECEDENCE[type(node.op)]
    return 2 if isinstance(node, ast.UnaryOp) else 6


def number(x: Any) -> str:
    """Return a number with up to eight digits and a true minus sign.

    >>> number(-0.1), number(1e-7), number(3)
    ('−0.1', '1e−07', '3')
    """
    return f"{float(x):.8g}".replace("-", "−")


def element(array: Any, shape: tuple[int, ...], index: tuple[int, ...]) -> float:
    """Return the element of a value that may be a number, a row, a column or a whole array."""
    return float(np.broadcast_to(np.asarray(array, np.float64), shape)[index])


def with_whole(node: ast.expr, env: Env, shape: tuple[int, ...], index: tuple[int, ...]) -> Any:
    """Return the numbers to write for an expression: of each name, and of each whole function."""
    found: dict[str, float] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in env:
            found[part.id] = element(env[part.id], shape, index)
        elif isinstance(part, ast.Call) and called(part) in WHOLE:
            found[ast.unparse(part)] = element(value(part, env), shape, index)
    return found
