"""The house's own rules: which room may know which, how large a file is, what an import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nnscratch

PACKAGE = Path(nnscratch.__file__).parent

FLOORS = [
    {
        "typing",
        "crew",
        "errors",
        "checks",
        "naming",
        "structure",
        "outdated",
        "recording",
    },
    {"routine"},
    {"config", "lazy"},
    {"casting"},
    {"allowance", "cache", "random", "serialization"},
    {"variable"},
    {"arena", "blas", "activations", "initializers", "regularizers", "constraints"}
    | {"saving", "imaging"},
    {"losses", "layers", "optimizers", "datasets", "utils"},
    {"metrics", "callbacks", "preprocessing", "ops"},
    {"training", "tape"},
    {"models"},
    {"gradcheck", "wrappers"},
    {"compat", "lab"},
    {"compare", "tuner"},
    {"cli"},
    {"__main__"},
]
"""From the foundations upwards: a room may import from its own floor's lower ones only."""


def floor_of(room: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"{room!r} stands on no floor: add it to FLOORS and docs/architecture.md")


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            if node.module == "nnscratch":
                names |= {f"nnscratch.{alias.name}" for alias in node.names}
    return names


def imported_rooms(path: Path) -> set[str]:
    parts = [name.split(".") for name in imported_modules(path)]
    return {p[1] for p in parts if p[0] == "nnscratch" and len(p) > 1 and p[1] != "__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_downwards(path: Path) -> None:
    room = room_of(path)
    for other in imported_rooms(path) - {room}:
        allowed = floor_of(other) < floor_of(room)
        assert allowed, f"{room} (floor {floor_of(room)}) imports {other} (floor {floor_of(other)})"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_room_imports_tensorflow_or_keras(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported_modules(path)}
    assert not roots & {"tensorflow", "keras", "torch", "jax"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_hold_one_concept(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_importing_is_light() -> None:
    code = (
        "import sys, nnscratch; heavy = {'matplotlib', 'h5py', 'rich', 'tensorflow', 'keras', "
        "'pandas', 'scipy'} & set(sys.modules); print(sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_direction_test_can_fail(tmp_path: Path) -> None:
    wrong = tmp_path / "variable.py"
    wrong.write_text("from nnscratch.models import Sequential\n")
    assert imported_rooms(wrong) == {"models"}
    assert floor_of("models") > floor_of("variable")


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in Path(__file__).parent.rglob("*.py") if path.stem != "conftest"]
    assert sorted(names) == sorted(set(names))
