r"""Every layer's forward and backward as formulas, one entry a layer.

In LaTeX; x is what comes in, y what goes out, d… the derivative of the loss by it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Formulas:
    """A layer's formulas.

    Attributes:
        forward: y from x.
        backward: dx, and the gradients of the layer's weights, from dy.
        words: what the letters mean that do not speak for themselves.
    """

    forward: str
    backward: str
    words: str = ""


def _masked(scale: str) -> Formulas:
    return Formulas(
        rf"y = {scale}\,x",
        rf"dx = {scale}\,dy",
        "m is 0 where an element is dropped, else 1; in inference y = x",
    )


def _moved(words: str) -> Formulas:
    return Formulas(
        r"y_p = \sum_q A_{pq}\,x_q", r"dx_q = \sum_p A_{pq}\,dy_p", f"A: {words}; inference: y = x"
    )


def _rearranged(words: str) -> Formulas:
    return Formulas(r"y_{\pi(i)} = x_i", r"dx_i = dy_{\pi(i)}", words)


NORMALIZED = (
    r"\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}},\quad y = \gamma\,\hat x + \beta"
)
NORMALIZED_BACK = (
    r"d\gamma = \sum dy\,\hat x,\quad d\beta = \sum dy,\quad dx = \frac{1}{\sqrt{\sigma^2 +"
    r" \varepsilon}}\,\left(d\hat x - \overline{d\hat x} - \hat x\,\overline{d\hat x\,\hat x}"
    r"\right),\quad d\hat x = \gamma\,dy"
)

FORMULAS: dict[str, Formulas] = {
    "InputLayer": Formulas(r"y = x", r"dx = dy"),
    "Dense": Formulas(
        r"z = x\,W + b,\quad y = f(z)",
        r"dz = f'(z)\,dy,\quad dW = x^{\top} dz,\quad db = \sum_n dz_n,\quad dx = dz\,W^{\top}",
    ),
    "Activation": Formulas(r"y = f(x)", r"dx = f'(x)\,dy"),
    "Flatten": _rearranged("all axes behind the batch become one"),
    "Reshape": _rearranged("the axes of a sample are cut anew"),
    "Permute": _rearranged("the axes of a sample change places"),
    "RepeatVector": Formulas(r"y_{nt} = x_n", r"dx_n = \sum_t dy_{nt}"),
    "ZeroPadding2D": Formulas(
        r"y = \mathrm{pad}(x)", r"dx = \mathrm{inner}(dy)", "zeros are put around every image"
    ),
    "Cropping2D": Formulas(
        r"y = \mathrm{inner}(x)", r"dx = \mathrm{pad}(dy)", "the edges of every image are cut off"
    ),
    "UpSampling2D": Formulas(
        r"y_p = \sum_q A_{pq}\,x_q", r"dx_q = \sum_p A_{pq}\,dy_p",
        "A: the pixel that p is a copy of, or those that it lies between",
    ),
    "BatchNormalization": Formulas(
        NORMALIZED, NORMALIZED_BACK,
        "μ, σ²: mean and variance of the batch, feature by feature (bar: mean over the batch); "
        "moving ← momentum·moving + (1 − momentum)·batch; in inference the moving ones",
    ),
    "LayerNormalization": Formulas(
        NORMALIZED, NORMALIZED_BACK, "μ, σ² and the bars: over the axes of each sample"
    ),
    "GroupNormalization": Formulas(
        NORMALIZED, NORMALIZED_BACK, "μ, σ² and the bars: over each group of channels of a sample"
    ),
    "RMSNormalization": Formulas(
        r"\hat x = \frac{x}{\sqrt{\overline{x^2} + \varepsilon}},\quad y = s\,\hat x",
        r"ds = \sum dy\,\hat x,\quad dx = \frac{1}{\sqrt{\overline{x^2} + \varepsilon}}"
        r"\,\left(s\,dy - \hat x\,\overline{s\,dy\,\hat x}\right)",
    ),
    "UnitNormalization": Formulas(
        r"y = \frac{x}{\lVert x \rVert}",
        r"dx = \frac{1}{\lVert x \rVert}\,\left(dy - y \sum dy\,y\right)",
    ),
    "Normalization": Formulas(
        r"y = \frac{x - \mu}{\sigma}", r"dx = \frac{dy}{\sigma}", "μ, σ: fixed beforehand"
    ),
    "Rescaling": Formulas(r"y = a\,x + b", r"dx = a\,dy"),
    "CategoryEncoding": Formulas(
        r"y_c = \sum_i [x_i = c]", r"dx = 0", "at most 1 where the mode is multi-hot or one-hot"
    ),
    "Discretization": Formulas(r"y = \sum_j [b_j \leq x]", r"dx = 0", "b: the boundaries"),
    "Identity": Formulas(r"y = x", r"dx = dy"),
    "Masking": Formulas(
        r"y = m\,x", r"dx = m\,dy", "m is 0 where all of x along its last axis is the mask value"
    ),
    "Dropout": _masked(r"\frac{m}{1 - p}"),
    "SpatialDropout1D": _masked(r"\frac{m}{1 - p}"),
    "GaussianDropout": Formulas(
        r"y = x\,\epsilon", r"dx = \epsilon\,dy", "ε: normal, mean 1, variance p/(1 − p)"
    ),
    "GaussianNoise": Formulas(r"y = x + \epsilon", r"dx = dy", "ε: normal, mean 0"),
    "AlphaDropout": Formulas(
        r"y = a\,\left(m\,x + (1 - m)\,\alpha'\right) + b", r"dx = a\,m\,dy",
        "m is 0 where an element is dropped; a and b keep mean and variance",
    ),
    "ActivityRegularization": Formulas(
        r"y = x,\quad P = \frac{1}{N}\,\left(l_1 \sum \lvert x \rvert + l_2 \sum x^2\right)",
        r"dx = dy + \frac{1}{N}\,\left(l_1\,\mathrm{sign}(x) + 2\,l_2\,x\right)",
        "P joins the loss",
    ),
    "Lambda": Formulas(r"y = g(x)", r"dx = \mathrm{backward}(dy, x)", "g: your own function"),
    "ReLU": Formulas(
        r"y = \min(x, \mathrm{max})\;\mathrm{if}\;x > \theta\;\mathrm{else}\;s\,(x - \theta)",
        r"dx = dy\;\mathrm{if}\;\theta < x < \mathrm{max},\;s\,dy\;\mathrm{if}\;x \le \theta",
    ),
    "LeakyReLU": Formulas(
        r"y = x\;\mathrm{if}\;x > 0\;\mathrm{else}\;s\,x",
        r"dx = dy\;\mathrm{if}\;x > 0\;\mathrm{else}\;s\,dy",
    ),
    "PReLU": Formulas(
        r"y = x\;\mathrm{if}\;x > 0\;\mathrm{else}\;\alpha\,x",
        r"dx = dy\;\mathrm{if}\;x > 0\;\mathrm{else}\;\alpha\,dy,"
        r"\quad d\alpha = \sum_{x \le 0} x\,dy",
    ),
    "ELU": Formulas(
        r"y = x\;\mathrm{if}\;x > 0\;\mathrm{else}\;\alpha\,(e^{x} - 1)",
        r"dx = dy\;\mathrm{if}\;x > 0\;\mathrm{else}\;(y + \alpha)\,dy",
    ),
    "Softmax": Formulas(
        r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}", r"dx = y\,\left(dy - \sum_j y_j\,dy_j\right)"
    ),
    "Add": Formulas(r"y = \sum_i x_i", r"dx_i = dy"),
    "Subtract": Formulas(r"y = x_0 - x_1", r"dx_0 = dy,\quad dx_1 = -dy"),
    "Multiply": Formulas(r"y = \prod_i x_i", r"dx_i = dy \prod_{j \ne i} x_j"),
    "Average": Formulas(r"y = \frac{1}{n} \sum_i x_i", r"dx_i = \frac{dy}{n}"),
    "Maximum": Formulas(
        r"y = \max_i x_i", r"dx_i = dy\;\mathrm{if}\;x_i = y\;\mathrm{else}\;0",
        "the first of equals",
    ),
    "Minimum": Formulas(
        r"y = \min_i x_i", r"dx_i = dy\;\mathrm{if}\;x_i = y\;\mathrm{else}\;0",
        "the first of equals",
    ),
    "Concatenate": Formulas(r"y = [x_0, x_1, …]", r"dx_i = \mathrm{part}_i(dy)"),
    "Dot": Formulas(
        r"y = \sum_k a_k\,b_k", r"da_k = dy\,b_k,\quad db_k = dy\,a_k", "sample by sample"
    ),
    "Conv2D": Formulas(
        r"z_{npq} = \sum_{ij} x_{n,\,ps + i,\,qs + j}\,W_{ij} + b,\quad y = f(z)",
        r"dz = f'(z)\,dy,\quad dW_{ij} = \sum_{npq} x_{n,\,ps + i,\,qs + j}^{\top} dz_{npq},\quad"
        r" db = \sum_{npq} dz_{npq},\quad dx_{n,\,ps + i,\,qs + j} = \sum dz_{npq}\,W_{ij}^{\top}",
        "s: stride",
    ),
    "MaxPooling2D": Formulas(
        r"y = \max_{ij} x_{ij}", r"dx_{ij} = dy\;\mathrm{if}\;x_{ij} = y\;\mathrm{else}\;0",
        "window by window",
    ),
    "AveragePooling2D": Formulas(
        r"y = \frac{1}{k} \sum_{ij} x_{ij}", r"dx_{ij} = \frac{dy}{k}", "k: elements of a window"
    ),
    "GlobalMaxPooling2D": Formulas(
        r"y = \max_{ij} x_{ij}", r"dx_{ij} = dy\;\mathrm{if}\;x_{ij} = y\;\mathrm{else}\;0"
    ),
    "GlobalAveragePooling2D": Formulas(
        r"y = \frac{1}{H\,W} \sum_{ij} x_{ij}", r"dx_{ij} = \frac{dy}{H\,W}"
    ),
    "CenterCrop": _moved("picks the middle, or resizes"),
    "Resizing": Formulas(
        r"y_p = \sum_q A_{pq}\,x_q", r"dx_q = \sum_p A_{pq}\,dy_p", "A: weights of interpolation"
    ),
    "RandomCrop": _moved("picks a random part"),
    "RandomFlip": _moved("mirrors an image with probability ½"),
    "RandomRotation": _moved("turns an image by a random angle"),
    "RandomTranslation": _moved("shifts an image at random"),
    "RandomZoom": _moved("magnifies an image at random"),
    "RandomBrightness": Formulas(
        r"y = \mathrm{clip}(x + \delta)", r"dx = dy\;\mathrm{where\;not\;clipped}",
        "δ: one for each image",
    ),
    "RandomContrast": Formulas(
        r"y = \mathrm{clip}(\mu + c\,(x - \mu))",
        r"d = dy\;\mathrm{where\;not\;clipped},\quad dx = c\,d + (1 - c)\,\overline{d}",
        "c: one for each image, μ and bar: the mean of its channel",
    ),
}  # fmt: skip
"""The formulas by the name of the class; a test asks for every layer that is offered."""

ACTIVATIONS: dict[str, Formulas] = {
    "linear": Formulas(r"a = z", r"dz = da"),
    "relu": Formulas(r"a = \max(0, z)", r"dz = da\;\mathrm{if}\;z > 0\;\mathrm{else}\;0"),
    "sigmoid": Formulas(r"a = \frac{1}{1 + e^{-z}}", r"dz = a\,(1 - a)\,da"),
    "tanh": Formulas(r"a = \tanh z", r"dz = (1 - a^2)\,da"),
    "softmax": Formulas(
        r"a_i = \frac{e^{z_i}}{\sum_j e^{z_j}}", r"dz = a\,\left(da - \sum_j a_j\,da_j\right)"
    ),
    "elu": Formulas(r"a = z\;\mathrm{if}\;z > 0\;\mathrm{else}\;\alpha(e^z - 1)",
                    r"dz = da\;\mathrm{if}\;z > 0\;\mathrm{else}\;(a + \alpha)\,da"),
    "softplus": Formulas(r"a = \log(1 + e^z)", r"dz = \frac{da}{1 + e^{-z}}"),
    "silu": Formulas(r"a = z\,s,\;s = \frac{1}{1 + e^{-z}}", r"dz = (s + a\,(1 - s))\,da"),
    "gelu": Formulas(r"a = z\,\Phi(z)", r"dz = (\Phi(z) + z\,\varphi(z))\,da"),
    "softsign": Formulas(r"a = \frac{z}{1 + \lvert z \rvert}",
                         r"dz = \frac{da}{(1 + \lvert z \rvert)^2}"),
}  # fmt: skip
"""The nonlinearities of a textbook; of another one the explanation says what its docstring says."""

LOSSES: dict[str, Formulas] = {
    "MeanSquaredError": Formulas(
        r"L = \frac{1}{N K} \sum_{nk} (p_{nk} - y_{nk})^2",
        r"dp_{nk} = \frac{2}{N K} (p_{nk} - y_{nk})",
    ),
    "MeanAbsoluteError": Formulas(
        r"L = \frac{1}{N K} \sum_{nk} \lvert p_{nk} - y_{nk} \rvert",
        r"dp_{nk} = \frac{1}{N K}\,\mathrm{sign}(p_{nk} - y_{nk})",
    ),
    "CategoricalCrossentropy": Formulas(
        r"L = -\frac{1}{N} \sum_{nk} y_{nk} \log p_{nk}",
        r"dz_{nk} = \frac{1}{N} (p_{nk} - y_{nk})", "z: the logits of softmax",
    ),
    "SparseCategoricalCrossentropy": Formulas(
        r"L = -\frac{1}{N} \sum_n \log p_{n,\,y_n}",
        r"dz_{nk} = \frac{1}{N} (p_{nk} - [k = y_n])", "z: the logits of softmax",
    ),
    "BinaryCrossentropy": Formulas(
        r"L = -\frac{1}{N K} \sum_{nk} \left(y \log p + (1 - y) \log(1 - p)\right)",
        r"dz_{nk} = \frac{1}{N K} (p_{nk} - y_{nk})", "z: the logits of sigmoid",
    ),
}  # fmt: skip
"""The losses of a textbook; of another one the explanation says what its docstring says."""
