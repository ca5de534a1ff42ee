"""The `nnscratch` command: one sub-command per tool, each imported only when it is run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec


def _add_parity(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Let the parity package describe its options; say what to install if it is not there."""
    if find_spec("parity") is None:
        parser.exit(
            2,
            "The parity suite is not installed. Install it together with Keras and TensorFlow:\n\n"
            '    pip install "nnscratch[parity]"\n\n'
            'or, in a clone of the project, pip install -e ".[parity]"\n',
        )
    cli = import_module("parity.cli")
    cli.add_arguments(parser)
    run: Callable[[argparse.Namespace], int] = cli.run
    return run


def _add_run(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Run a script with Keras's names meaning nnscratch."""
    parser.add_argument("script", help="a Python program written for Keras")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the program's own arguments")

    def run(options: argparse.Namespace) -> int:
        code: int = import_module("nnscratch.compat").run_script(options.script, options.arguments)
        return code

    return run


def _add_compare(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Run a script under Keras and under nnscratch."""
    command = import_module("nnscratch.compare.command")
    command.add_arguments(parser)
    run: Callable[[argparse.Namespace], int] = command.run
    return run


def _add_lab(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Run the classic experiments."""
    command = import_module("nnscratch.lab.command")
    command.add_arguments(parser)
    run: Callable[[argparse.Namespace], int] = command.run
    return run


def _add_tune(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """Search for hyper-parameters."""
    command = import_module("nnscratch.tuner.command")
    command.add_arguments(parser)
    run: Callable[[argparse.Namespace], int] = command.run
    return run


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], Callable[..., int]]]] = {
    "parity": ("compare nnscratch with Keras, tensor by tensor and step by step", _add_parity),
    "run": ("run a program written for Keras, without Keras", _add_run),
    "compare": ("run a program under Keras and under nnscratch, side by side", _add_compare),
    "lab": ("repeat the classic experiments: numbers, figures, what to see", _add_lab),
    "tune": ("search for hyper-parameters: progress, a table, a page", _add_tune),
}
"""Name of each command: a line of help, and a function that adds its options and returns it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a sub-command and return the exit code.

    A command's options are added only once it has been named, so that no command pays for the
    imports of another.

    Args:
        argv: the arguments; those of the process by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="nnscratch", description="A glass-box neural-network engine in plain NumPy."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    named = arguments[0] if arguments else None
    run: Callable[[argparse.Namespace], int] | None = None
    for name, (summary, add) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == named:
            run = add(command)
    options = parser.parse_args(arguments)
    assert run is not None  # argparse has refused anything that is not a command
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
