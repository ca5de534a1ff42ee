"""docs/api.md: up to date, and what it calls the same is the same."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from nnscratch import compat

pytest.importorskip("sklearn")  # keras.wrappers is on the page

ROOT = Path(__file__).resolve().parents[1]
SPEC = importlib.util.spec_from_file_location("build_api", ROOT / "docs" / "build_api.py")
build_api = importlib.util.module_from_spec(SPEC)
sys.modules["build_api"] = build_api
SPEC.loader.exec_module(build_api)

RECORDED = json.loads((ROOT / "docs" / "keras_signatures.json").read_text("utf-8"))
ENTRIES = list(build_api.entries())


def test_the_page_is_up_to_date():
    """If not: python docs/build_api.py."""
    assert build_api.PAGE.read_text(encoding="utf-8") == build_api.page()


def test_every_absent_name_has_a_reason_and_every_difference_is_named():
    for entry in ENTRIES:
        assert bool(entry.note) == (entry.status != "same"), entry


@pytest.mark.filterwarnings("ignore")
def test_what_is_called_the_same_has_keras_parameters_order_and_defaults():
    """Told again without the page's own code, by binding Keras's parameters one by one."""
    checked = 0
    with compat.use_as_keras():
        for entry in ENTRIES:
            full = f"{entry.module}.{entry.name}"
            keras = RECORDED.get(full)
            named = [parameter for parameter in keras or [] if not parameter[0].startswith("*")]
            if entry.status not in ("same", "extended") or not named:
                continue
            module, _, name = full.removesuffix("()").rpartition(".")
            if entry.name.endswith("()"):
                home, _, cls = module.rpartition(".")
                target, skipped = getattr(getattr(import_module(home), cls), name), 1
            else:
                value = getattr(import_module(module), name)
                is_class = inspect.isclass(value)
                target, skipped = (value.__init__, 1) if is_class else (value, 0)
            found = list(inspect.signature(target).parameters.items())[skipped:]
            own = [(n, p) for n, p in found if p.kind is not p.VAR_POSITIONAL]  # no name to compare
            for (own_name, parameter), recorded in zip(own, named, strict=False):
                assert own_name == recorded[0], full
                if len(recorded) > 1 and recorded[1] != "...":
                    assert repr(parameter.default) == recorded[1], full
            for _, parameter in own[len(named) :]:
                assert parameter.kind not in (
                    parameter.POSITIONAL_ONLY,
                    parameter.POSITIONAL_OR_KEYWORD,
                ), full
            checked += 1
    assert checked > 400


def test_a_difference_is_found():
    def shorter(units, activation=None): ...

    def reordered(activation=None, units=1): ...

    def longer(units, activation=None, use_bias=True, *, extra=0): ...

    keras = [["units"], ["activation", "None"], ["use_bias", "True"], ["**kwargs"]]
    own = [build_api.parameters_of(f, is_method=False) for f in (shorter, reordered, longer)]
    assert build_api.compared(keras, own[0]) == ("partly", "without `use_bias`")
    assert build_api.compared(keras, own[1])[0] == "partly"
    assert build_api.compared(keras, own[2]) == ("extended", "also takes `extra`")
    assert build_api.compared(keras[:2], own[0]) == ("same", "")
