r"""LaTeX formulas as plain text, for terminals and pages without a typesetter."""

from __future__ import annotations

import re

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "varepsilon": "ε",
    "epsilon": "ε",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "varphi": "φ",
    "Phi": "Φ",
    "eta": "η",
    "Delta": "Δ",
}
WORDS = {
    **GREEK,
    "sum": "Σ",
    "prod": "Π",
    "top": "ᵀ",
    "le": "≤",
    "ne": "≠",
    "log": "log ",
    "tanh": "tanh ",
    "max": "max",
    "min": "min",
    "left": "",
    "right": "",
    "quad": " ",
    "lVert": "‖",
    "rVert": "‖",
    "lvert": "|",
    "rvert": "|",
}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"


def plain_math(latex: str) -> str:
    r"""Return a formula in plain text.

    >>> plain_math(r"dz = f'(z)\,dy,\quad dW = x^{\top} dz")
    "dz = f'(z)·dy, dW = xᵀ dz"
    >>> plain_math(r"y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}")
    'y = (x − μ)/√(σ² + ε)'
    """
    text = latex
    while (found := re.search(rf"\\frac{GROUP}{GROUP}", text)) is not None:
        top, bottom = (_bracketed(part) for part in found.groups())
        text = f"{text[: found.start()]}{top}/{bottom}{text[found.end() :]}"
    while (found := re.search(rf"\\(sqrt|overline|hat|mathrm){GROUP}", text)) is not None:
        name, inside = found.groups()
        shown = {"sqrt": f"√({inside})", "overline": f"mean({inside})", "mathrm": inside}
        text = text[: found.start()] + shown.get(name, inside + "̂") + text[found.end() :]
    text = re.sub(r"\\hat (\w)", "\\1\u0302", text)
    text = re.sub(r"\\;", " ", text)
    text = re.sub(r"([,}\]])?\\,", lambda m: "," if m.group(1) == "," else (m.group(1) or "") + "·",
                  text)  # fmt: skip
    text = re.sub(r"\\([A-Za-z]+)", lambda m: WORDS.get(m.group(1), m.group(1)), text)
    text = re.sub(r"\^\{?ᵀ\}?", "ᵀ", text)
    text = text.replace("^2", "²").replace("^{2}", "²")
    text = re.sub(r"\^\{([^{}]*)\}", lambda m: f"^{_bracketed(m.group(1))}", text)
    text = re.sub(r"_\{([^{}]*)\}", lambda m: f"[{m.group(1)}]", text)
    text = re.sub(r"_(\d+)", lambda m: m.group(1).translate(SUBSCRIPTS), text)
    text = text.replace("-", "−").replace("Σ[", "Σ_[").replace("{", "").replace("}", "")
    return (
        re.sub(r"\s+", " ", text).replace(" ·", "·").replace("‖ ", "‖").replace(" ‖", "‖").strip()
    )


def _bracketed(part: str) -> str:
    simple = re.fullmatch(r"\\?[\w.]+|\\sqrt\{.*\}|\\lVert \w \\rVert|\w+\^2", part.strip())
    return part if simple else f"({part})"
