"""Compare nnscratch with every public name of Keras and write docs/api.md.

    python docs/build_api.py            # write the page
    python docs/build_api.py --check    # fail if the page is not up to date

Keras's names and signatures are recorded: nnscratch/compat/keras_names.json and
docs/keras_signatures.json (made by parity/golden/make_signatures.py), so Keras is not needed here.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from nnscratch import compat
from nnscratch.compat.absent import Absent
from nnscratch.compat.catalogue import keras_names

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "api.md"
RECORDED = ROOT / "docs" / "keras_signatures.json"
SIMPLE = (type(None), bool, int, float, str, tuple, list, dict)

OUT_OF_SCOPE = (
    ("keras.applications", "pretrained networks: there are none to load"),
    (
        "keras.backend",
        "the backend's functions: on arrays these are NumPy's; the float type, the "
        "fuzz factor and clear_session are there",
    ),
    ("keras.distillation", "teaching one network by another"),
    ("keras.distribution", "many devices: `model.to_keras()` carries on in Keras"),
    ("keras.dtype_policies", "types by policy: `dtype=` of each layer takes a name"),
    ("keras.export", "files for TensorFlow Serving and its kin: `model.to_keras()` first"),
    ("keras.legacy", "formats of before Keras 3 are read by `load_model`"),
    (
        "keras.mixed_precision",
        "16-bit floats do not pay on a CPU; `LossScaleOptimizer` is in `optimizers`",
    ),
    (
        "keras.ops",
        "functions of symbolic tensors: on arrays these are NumPy's; the short list that "
        "scripts for dense networks use works under `nnscratch.use_as_keras()`",
    ),
    ("keras.preprocessing.sequence", "sequences for recurrent networks"),
    ("keras.preprocessing.text", "text"),
    ("keras.quantizers", "weights of few bits"),
    ("keras.tree", "nested structures"),
    ("keras.utils.bounding_boxes", "boxes around objects in pictures"),
    ("keras.utils.legacy", "formats of before Keras 3 are read by `load_model`"),
    ("keras.visualization", "boxes and masks in pictures"),
)
"""Modules that are not compared name by name, and why."""

REASONS = (
    (
        r"LSTM|GRU|RNN|Bidirectional|TimeDistributed|StackedRNN",
        "recurrent networks",
    ),
    (r"[12]DTranspose|Conv[13]D|Conv3D|DepthwiseConv|Separable|Convolution", "beyond Conv2D"),
    (
        r"Pool(ing)?[13]D|Adaptive|UpSampling|Cropping|ZeroPadding|SpatialDropout",
        "beyond 2-D pooling",
    ),
    (r"Attention|Embedding|Text|String|Hash|IntegerLookup|imdb|reuters|pad_sequences", "text"),
    (r"Spectrogram|STFT|audio", "sound"),
    (r"cifar", "pictures for convolutional networks: not among the course's data sets"),
    (
        r"Random|Aug|Mix|Contrast|Equaliz|Solariz|BoundingBoxes|Histogram|FeatureSpace",
        "pictures and tables: not among the augmentations of the course",
    ),
    (
        r"preprocessing|_dataset_from|split_dataset|load_img|save_img|img_to|array_to_img",
        "data on disk",
    ),
    (r"[Qq]uantiz|fp8|GPTQ|AWQ|Int[48]|overwrite_with_gradient", "weights of few bits"),
    (r"Flax|Jax|Torch|TFSM|nnx|backend\(?|Orbax|export|Pipeline", "other engines"),
    (r"flash_attention", "attention"),
    (
        r"stateless|Stateless|state_tree|Symbolic|Remat|remat|symbolic_call|"
        r"compute_output_spec",
        "for compiled programs: NumPy computes at once",
    ),
    (
        r"make_\w+_function|compiled_loss|get_metrics_result",
        "the loop is `training.loop`, a step `training.step.Stepper`",
    ),
    (
        r"_step\(|compute_loss|compute_metrics|\.call\(|\.loss\(|add_loss|add_metric",
        "see models of one's own",
    ),
    (r"own_variables|build_config", "files are read and written by `nnscratch.saving`"),
    (r"[Pp]olicy|mixed_precision", "types by policy: `dtype=` of each layer takes a name"),
    (r"device|name_scope", "many devices"),
    (
        r"max_epochs|max_steps|traceback|unsafe_deserialization",
        "a setting of the process: there is nothing to set",
    ),
    (r"RemoteMonitor", "would send results over the network"),
    (r"CTC|ctc", "aligning sequences"),
    (r"Reduction", "was removed in Keras 3: give the reduction's name"),
    (r"MultiOptimizer|OptimizerMap", "several optimizers in one model"),
    (r"random\.(beta|binomial|gamma)", "not drawn by any layer of dense networks"),
    (
        r"Function|Operation|InputSpec|get_source_inputs",
        "inner parts of Keras's graph",
    ),
    (
        r"KerasFileEditor|Config|x_y_sample_weight",
        "a helper of Keras's own code",
    ),
    (r"ThresholdedReLU", "`ReLU(threshold=…)`"),
    (r"SpectralNormalization|Wrapper", "layers around layers"),
    (r"EinsumDense", "Dense multiplies the last axis; `Permute` moves another there"),
)
"""Patterns of full names, and what these names are for, or why they are absent."""


@dataclass(frozen=True)
class Entry:
    """How one public name of Keras stands here.

    Attributes:
        module: its module in Keras, or its class for a method.
        name: the name.
        status: `"same"`, `"extended"`, `"partly"` or `"absent"`.
        note: what is more or less, or why it is absent.
    """

    module: str
    name: str
    status: str
    note: str = ""


def written(parameter: inspect.Parameter) -> list[str]:
    """Return a parameter as it is recorded: its name with stars, and its default."""
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.default is parameter.empty:
        return [stars + parameter.name]
    default = parameter.default
    return [parameter.name, repr(default) if isinstance(default, SIMPLE) else "..."]


def parameters_of(value: Any, is_method: bool) -> list[inspect.Parameter]:
    """Return the parameters of a class, function or method, without `self`."""
    target = value.__init__ if inspect.isclass(value) else value
    parameters = list(inspect.signature(target).parameters.values())
    return parameters[1:] if inspect.isclass(value) or is_method else parameters


def compared(keras: list[list[str]], own: list[inspect.Parameter]) -> tuple[str, str]:
    """Return status and note for Keras's recorded parameters and our own.

    A closing `**kwargs` is left out of account where Keras's takes nothing or what ours spells out.
    """
    wanted = [p for p in keras if not p[0].startswith("*")]
    ours = [p for p in own if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not wanted and keras:
        return ("extended", "arguments spelled out") if ours else ("same", "")
    optional = []
    for parameter, present in zip(wanted, ours, strict=False):
        if len(parameter) == 1 and written(present)[:1] == parameter and len(written(present)) > 1:
            optional.append(parameter[0])
        elif written(present) != parameter:
            return "partly", _difference(wanted, ours)
    more = ours[len(wanted) :]
    if len(ours) < len(wanted) or any(p.kind is not p.KEYWORD_ONLY for p in more):
        return "partly", _difference(wanted, ours)
    notes = []
    if more:
        notes.append("also takes " + ", ".join(f"`{p.name}`" for p in more))
    if any(p.kind is p.VAR_KEYWORD for p in own) and not any(p[0][:2] == "**" for p in keras):
        notes.append("also takes outdated arguments, with a warning")
    if optional:
        notes.append(f"`{optional[0]}` may be left out")
    return ("extended", "; ".join(notes)) if notes else ("same", "")


def _difference(wanted: list[list[str]], ours: list[inspect.Parameter]) -> str:
    names = [p.name for p in ours]
    lacking = [p[0] for p in wanted if p[0] not in names]
    if lacking:
        return "without " + ", ".join(f"`{name}`" for name in lacking)
    return "other order or defaults"


def entries() -> Iterator[Entry]:
    """Yield every public name of Keras in scope, in order, with how it stands here."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    recorded.pop("made_with")
    left_out = tuple(module for module, _ in OUT_OF_SCOPE)
    with compat.use_as_keras(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module, names in keras_names().items():
            if module.startswith(left_out):
                continue
            home = import_module(module)
            for name in sorted(names):
                if f"{module}.{name}" in keras_names() or f"{module}.{name}" in left_out:
                    continue
                full = f"{module}.{name}"
                yield _entry(module, name, getattr(home, name, None), recorded.get(full), False)
        for full, parameters in recorded.items():
            if full.endswith("()"):
                cls, _, method = full[:-2].rpartition(".")
                module, _, name = cls.rpartition(".")
                owner = getattr(import_module(module), name)
                value = getattr(owner, method, None)
                yield _entry(cls, f"{method}()", value, parameters, True)


def _entry(module: str, name: str, value: Any, keras: Any, is_method: bool) -> Entry:
    if value is None or isinstance(value, Absent):
        return Entry(module, name, "absent", reason(f"{module}.{name}"))
    if keras is None or not callable(value):
        return Entry(module, name, "same")
    return Entry(module, name, *compared(keras, parameters_of(value, is_method)))


def reason(full: str) -> str:
    """Return why a name is absent."""
    for pattern, why in REASONS:
        if re.search(pattern, full.removeprefix("keras.")):
            return why
    raise LookupError(f"{full} is absent and no pattern of REASONS says why")


def page() -> str:
    """Return the whole page."""
    rows = list(entries())
    counts = {s: sum(r.status == s for r in rows) for s in ("same", "extended", "partly", "absent")}
    version = json.loads(RECORDED.read_text(encoding="utf-8"))["made_with"]["keras"]
    lines = [
        "# Keras's public names in nnscratch",
        "",
        f"Made by `python docs/build_api.py`, not to be edited: Keras {version} name by name.",
        "**Same** has Keras's parameters in Keras's order with Keras's defaults; **extended** has",
        "them too and takes more; **partly** lacks some; **absent** is not there, with what it is",
        "for. A closing `**kwargs` by which Keras refuses unknown or takes outdated arguments is",
        "left out of account. Keras's `keras.x` is `nnscratch.x`; under `nnscratch.use_as_keras()`",
        "or `nnscratch run` the names of Keras themselves work.",
        "",
        f"{counts['same']} same, {counts['extended']} extended, {counts['partly']} partly, "
        f"{counts['absent']} absent.",
    ]
    for module in dict.fromkeys(row.module for row in rows):
        lines += _section(module, [row for row in rows if row.module == module])
    lines += ["", "## Modules out of scope", "", "| module | what it is for |", "|---|---|"]
    lines += [f"| `{module}` | {why} |" for module, why in OUT_OF_SCOPE]
    return "\n".join(lines) + "\n"


def _section(module: str, rows: list[Entry]) -> list[str]:
    is_class = rows[0].name.endswith("()")
    lines = ["", f"## {'Methods of ' if is_class else ''}`{module}`", ""]
    same = [f"`{row.name}`" for row in rows if row.status == "same"]
    if same:
        lines += [f"Same ({len(same)}): {', '.join(same)}", ""]
    others = [row for row in rows if row.status in ("extended", "partly")]
    if others:
        lines += ["| name | | |", "|---|---|---|"]
        lines += [f"| `{row.name}` | {row.status} | {row.note} |" for row in others]
        lines.append("")
    absent: dict[str, list[str]] = {}
    for row in rows:
        if row.status == "absent":
            absent.setdefault(row.note, []).append(f"`{row.name}`")
    if absent:
        lines += ["| absent | what for, or why |", "|---|---|"]
        lines += [f"| {', '.join(names)} | {why} |" for why, names in absent.items()]
        lines.append("")
    return lines[:-1]


def main() -> int:
    """Write the page, or check it."""
    text = page()
    if "--check" in sys.argv:
        current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if current != text:
            print(f"{PAGE.name} is not up to date: run python docs/build_api.py")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
