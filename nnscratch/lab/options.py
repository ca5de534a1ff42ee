"""Command-line options made from the signature of a function or a dataclass of settings."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar, get_args, get_type_hints

Settings = TypeVar("Settings")


def read_settings(settings: type[Settings], argv: Sequence[str] | None = None) -> Settings:
    """Return a script's settings, with what its command line says in place of the defaults.

    Args:
        settings: a dataclass whose fields are numbers, words, switches or tuples of them.
        argv: the arguments; those of the process by default.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Run:
    ...     '''How to run.'''
    ...     epochs: int = 5
    ...     rates: tuple[float, ...] = (0.0, 0.5)
    >>> read_settings(Run, ["--rates", "0.1,0.2"])
    Run(epochs=5, rates=(0.1, 0.2))
    """
    parser = argparse.ArgumentParser(description=(settings.__doc__ or "").split("\n")[0])
    add_options(parser, settings)
    return settings(**vars(parser.parse_args(argv)))


def add_options(
    parser: argparse.ArgumentParser, function: Callable[..., Any], without: Collection[str] = ()
) -> None:
    """Add an option for each argument that can be written on a command line.

    Numbers and words become `--name X`, switches `--name` and `--no-name`, tuples `--name A,B,…`.

    Args:
        parser: gets the options.
        function: a function or class with type hints and defaults.
        without: arguments that get none.
    """
    hints = get_type_hints(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in without:
            _add_option(parser, name, hints.get(name, str), parameter.default)


def _add_option(parser: argparse.ArgumentParser, name: str, hint: Any, default: Any) -> None:
    option = "--" + name.replace("_", "-")
    kinds = {kind for kind in (hint, *get_args(hint)) if kind is not type(None)}
    if bool in kinds:
        parser.add_argument(option, action=argparse.BooleanOptionalAction, default=default)
        return
    if isinstance(default, tuple):
        item = type(default[0])
        shown = ",".join(str(value) for value in default)
        parser.add_argument(
            option,
            type=lambda text: tuple(item(part) for part in text.split(",")),
            default=default,
            metavar="A,B,…",
            help=f"default: {shown}",
        )
        return
    plain = next((kind for kind in (int, float, str) if kind in kinds), None)
    if plain is not None:
        shown = "see the documentation" if default is None else default
        parser.add_argument(
            option, type=plain, default=default, metavar="X", help=f"default: {shown}"
        )
