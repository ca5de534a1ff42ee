"""The report in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from parity.referee import FACTOR
from parity.report.summary import FEW, Row, by_area, by_behaviour, place, short
from parity.results import DIFFERS, ERROR, LATER, Outcome
from parity.units import DTYPES, Check, Unit

STYLES = {
    "ok": "green",
    "out": "bold red",
    "error": "bold red",
    "later": "yellow",
    "differs": "yellow",
}


def print_list(units: Sequence[Unit], console: Console | None = None) -> None:
    """Print name, area, kind and behaviours of units."""
    table = Table(box=None, pad_edge=False)
    for heading in ("unit", "area", "kind", "behaviours", ""):
        table.add_column(heading)
    for unit in units:
        note = "quick" if unit.quick else ""
        note = unit.later if isinstance(unit, Check) and unit.later else note
        kind = type(unit).__name__.lower()
        table.add_row(Text(unit.name), unit.area, kind, " ".join(unit.behaviours), note)
    (console or Console()).print(table)


def print_versions(
    versions: dict[str, str], differences: Sequence[str], console: Console | None = None
) -> None:
    """Print the versions, and a warning for each that is not the pinned reference."""
    console = console or Console()
    console.print(
        "  ".join(f"{name} [bold]{v}[/]" for name, v in versions.items()), highlight=False
    )
    for difference in differences:
        console.print(f"[yellow]warning: {difference}")


def progress(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Pass outcomes on while a progress line on stderr counts them."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as p:
        task = p.add_task("starting Keras", total=total)
        failures = 0
        for outcome in outcomes:
            failures += outcome.failed
            out = f"  [red]{failures} out" if failures else ""
            p.update(task, advance=1, description=outcome.unit + out)
            yield outcome


def print_report(
    outcomes: Sequence[Outcome], seconds: float, console: Console | None = None
) -> None:
    """Print the table by area, the behaviours, wider bands, and every failure."""
    console = console or Console()
    areas = by_area(outcomes)
    console.print(_area_table(areas))
    console.print("\n[bold]Where that is[/]")
    _print_places(console, areas)
    _print_behaviours(console, by_behaviour(outcomes))
    _print_reasons(console, outcomes)
    if any(outcome.excused for outcome in outcomes):
        console.print("\n[bold]As close as Keras is to itself[/]")
        _print_excuses(console, outcomes)
    _print_failures(console, outcomes)
    _print_verdict(console, outcomes, seconds)


def _area_table(rows: Sequence[Row]) -> Table:
    """Return the table: what was compared, and the worst error in units of its band."""
    table = Table(box=None, pad_edge=False, title="Worst error, by area", title_justify="left")
    table.add_column("area", no_wrap=True)
    table.add_column("units", justify="right")
    table.add_column("tensors", justify="right")
    for dtype in DTYPES:
        table.add_column(f"{dtype} · bands", justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        worst = [row.worst(dtype) for dtype in DTYPES]
        table.add_row(
            row.title,
            str(row.units) + (f" +{len(row.later)}" if row.later else ""),
            f"{row.tensors:,}",
            *(
                "–" if pair is None else f"{pair[1].error:.1e} · {short(pair[1].bands)}"
                for pair in worst
            ),
            Text(row.verdict, style=STYLES[row.verdict]),
        )
    return table


def _print_places(console: Console, rows: Sequence[Row]) -> None:
    """Print where in each area the worst error is."""
    for row in rows:
        found = [pair for pair in map(row.worst, DTYPES) if pair is not None]
        if found:
            outcome, finding = max(found, key=lambda pair: pair[1].bands)
            _say(console, f"  {row.title:<18} {place(outcome, finding)} ({outcome.dtype})")


def _say(console: Console, text: str | Text) -> None:
    """Print one line, however long; the terminal or the reader's tool may wrap it."""
    console.print(text if isinstance(text, Text) else Text(text), soft_wrap=True)


def _print_behaviours(console: Console, rows: Sequence[Row]) -> None:
    """Print which of the 25 behaviours hold, which part waits, and which were not looked at."""
    console.print("\n[bold]Behaviours[/]")
    for row in rows:
        if not (row.outcomes or row.later):
            text, style = "not in this selection", "dim"
        elif row.failed:
            text, style = f"fails in {', '.join(o.unit for o in row.failed[:3])}", "bold red"
        elif row.outcomes:
            text, style = f"holds in {_units(row.units)}", "green"
        else:
            text, style = "", "yellow"
        waits = sorted({o.detail for o in row.later})
        later = f"belongs to a later issue: {'; '.join(waits)}" if waits else ""
        line = Text(f"  {row.title:<52}")
        line.append(text, style=style)
        line.append(("; " if text else "") + later if later else "", style="yellow")
        _say(console, line)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _print_reasons(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print every wider band in use, and every difference made on purpose, with its reason."""
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        told = [*outcome.reasons, *([outcome.detail] if outcome.status == DIFFERS else [])]
        for reason in told:
            reasons.setdefault(reason, []).append(f"{outcome.unit} {outcome.dtype}")
    if reasons:
        console.print("\n[bold]Wider bands and differences made on purpose[/]")
    for reason, units in reasons.items():
        more = len(units) - FEW
        rest = f" and {more} more" if more > 0 else ""
        _say(console, f"  {', '.join(units[:FEW])}{rest}: {reason}")


def _print_excuses(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print how many tensors left their band but no farther than Keras itself moves."""
    for dtype in DTYPES:
        group = [outcome for outcome in outcomes if outcome.dtype == dtype]
        found = [(o, o.excuse) for o in group if o.excuse is not None]
        if not found:
            continue
        unit, worst = max(found, key=lambda pair: pair[1].error)
        count, total = sum(o.excused for o in group), sum(o.tensors for o in group)
        _say(
            console,
            f"  {dtype}: {count:,} of {total:,} tensors left their band, but no farther than "
            f"{FACTOR:.0f} times what Keras itself moves when weights and data move by one "
            f"unit in the last place; the widest is {place(unit, worst)} with an error of "
            f"{worst.error:.1e} (Keras moves by {worst.spread:.1e})",
        )


def _print_failures(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print the first step, tensor and element of each unit that left its band."""
    failed = [outcome for outcome in outcomes if outcome.failed]
    if failed:
        console.print(f"\n[bold red]Out of band[/] ({len(failed)})")
    for outcome in failed:
        console.print(Text(f"  {outcome.unit} ({outcome.dtype})", style="bold"))
        if outcome.status == ERROR:
            _say(console, "    " + outcome.detail.strip().replace("\n", "\n    "))
        elif outcome.first is not None:
            _say(console, f"    first: {outcome.first}")
            if outcome.worst is not None and outcome.worst != outcome.first:
                _say(console, f"    worst: {outcome.worst}")
        else:
            _say(console, f"    {outcome.detail}")


def _print_verdict(console: Console, outcomes: Sequence[Outcome], seconds: float) -> None:
    ran = [outcome for outcome in outcomes if outcome.status != LATER]
    failed = sum(outcome.failed for outcome in ran)
    later = len(outcomes) - len(ran)
    tensors = sum(outcome.tensors for outcome in ran)
    verdict = f"[bold red]{failed} of {len(ran)} runs failed" if failed else "[bold green]all equal"
    waiting = f", {later} for a later issue" if later else ""
    console.print(
        f"\n{verdict}[/]: {len(ran)} runs{waiting}, {tensors:,} tensors compared, {seconds:.0f} s"
    )
