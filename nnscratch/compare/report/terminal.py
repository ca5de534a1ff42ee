"""The comparison in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nnscratch.compare.comparison import Comparison, FitComparison
from nnscratch.compare.diagnosis import diagnose
from nnscratch.compare.explaining import Told
from nnscratch.compare.lines import Line
from nnscratch.compare.printed import LineDifference
from nnscratch.compare.report import words
from nnscratch.compare.report.chart import SMALLEST, sparkline
from nnscratch.compare.runs import Request


def print_report(
    request: Request,
    comparison: Comparison,
    noise: Comparison | None = None,
    limit: int = 60,
    console: Console | None = None,
    told: Told | str | None = None,
) -> None:
    """Print the tables and the verdict.

    Args:
        request: what was run.
        comparison: Keras and nnscratch.
        noise: Keras and Keras with another matrix kernel, if that was asked for.
        limit: at most so many lines in a table; 0 for all.
        console: where to print.
        told: what `--explain` found, if it was asked for.
    """
    console = console or Console()
    for run in (comparison.first, comparison.second):
        line = Text(f"{run.engine.title}: ", style="bold")
        console.print(line.append(words.versions(run), style="dim"))
    for i, fit in enumerate(comparison.fits):
        other = noise.fits[i] if noise is not None and i < len(noise.fits) else None
        _print_fit(console, fit, other, request.floatx, comparison.rtol, limit)
    if comparison.results:
        beside = noise.results if noise is not None else None
        console.print(
            _lines_table("evaluate, predict", comparison.results, beside, comparison.rtol, limit)
        )
    _print_printed(console, comparison.printed, comparison.printed_apart)
    _print_costs(console, comparison, noise)
    _print_verdict(console, request, comparison, noise)
    if told is not None:
        heading = f"why fit {told.fit} differs" if isinstance(told, Told) else "why they differ"
        console.print(Text(f"\n{heading}", style="bold"))
        console.print(Text(told.text.rstrip() if isinstance(told, Told) else told))


def _print_fit(
    console: Console,
    fit: FitComparison,
    noise: FitComparison | None,
    floatx: str,
    rtol: float,
    limit: int,
) -> None:
    title = f"fit {fit.number}: {fit.model}"
    beside = (noise.history, noise.weights) if noise is not None else (None, None)
    console.print(_lines_table(title, fit.history, beside[0], rtol, limit))
    console.print(_lines_table("weights after it", fit.weights, beside[1], rtol, limit, False))
    _print_growth(console, "apart, by step", fit, floatx)
    if noise is not None:
        _print_growth(console, "Keras/Keras", noise, floatx)


def _print_growth(console: Console, title: str, fit: FitComparison, floatx: str) -> None:
    if not fit.growth:
        return
    curve = sparkline([p.relative for p in fit.growth], SMALLEST[floatx])
    text = Text(f"{title:<17}")
    text.append(curve, style="cyan")
    text.append(f" {fit.growth[0].relative:.0e} … {fit.growth[-1].relative:.0e}")
    console.print(text)
    if fit.first_bits is not None:
        console.print(Text(str(fit.first_bits), style="dim"))


def _lines_table(
    title: str,
    lines: Sequence[Line],
    noise: Sequence[Line] | None,
    rtol: float,
    limit: int,
    places: bool = True,
) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    if places:
        table.add_column("", style="dim", no_wrap=True)
    table.add_column("", overflow="fold")
    for heading in ("Keras", "nnscratch", "digits", "apart"):
        table.add_column(heading, justify="right", no_wrap=True)
    if noise is not None:
        table.add_column("Keras/Keras", justify="right", no_wrap=True)
    for i in _shown(lines, limit):
        line = lines[i]
        style = "dim" if not line.judged else "red" if line.relative > rtol else "green"
        cells = [Text(words.agreeing(line), style=style), Text(words.apart(line), style=style)]
        if noise is not None:
            cells.append(Text(words.apart(noise[i]) if i < len(noise) else "–"))
        table.add_row(
            *([line.place] if places else []),
            Text(f"{line.label} {line.note}".rstrip()),
            words.number(line.reference),
            words.number(line.candidate),
            *cells,
        )
    hidden = len(lines) - len(_shown(lines, limit))
    if hidden:
        table.caption = f"{hidden} lines more, none farther apart: --lines 0 or --report has them"
    return table


def _shown(lines: Sequence[Line], limit: int) -> list[int]:
    """Return which lines to show: all, or the farthest apart, the first and the last."""
    if limit == 0 or len(lines) <= limit:
        return list(range(len(lines)))
    by_distance = sorted(range(len(lines)), key=lambda i: -lines[i].relative)
    edges = [*range(limit // 4), *range(len(lines) - limit // 4, len(lines))]
    kept = set(edges)
    for i in by_distance:
        if len(kept) == limit:
            break
        kept.add(i)
    return sorted(kept)


def _print_printed(console: Console, count: int, apart: Sequence[LineDifference]) -> None:
    if not apart:
        same = f"printed output: {words.count(count, 'line')}, the same (durations apart)"
        console.print(Text(same, style="green" if count else "dim"))
        return
    console.print(Text(f"printed output: {len(apart)} of {count} lines differ", style="bold"))
    for line in apart[:20]:
        how = "" if line.relative is None else f"  numbers {line.relative:.1e} apart"
        console.print(Text(f"  line {line.line}{how}", style="dim"))
        for sign, text, style in (("−", line.reference, "magenta"), ("+", line.candidate, "cyan")):
            if text is not None:
                console.print(Text(f"    {sign} {text}", style=style))
    if len(apart) > 20:
        console.print(Text(f"  … {len(apart) - 20} more", style="dim"))


def _print_costs(console: Console, comparison: Comparison, noise: Comparison | None) -> None:
    runs = [comparison.first, comparison.second] + ([noise.second] if noise else [])
    table = Table(title="time and memory", title_justify="left", title_style="bold", box=None)
    table.add_column("", style="dim")
    for run in runs:
        table.add_column(run.engine.title, justify="right")
    for name, cells in words.cost_rows(runs):
        table.add_row(name, *cells)
    console.print(table)
    console.print(Text(words.TIMED, style="dim"))


def _print_verdict(
    console: Console, request: Request, comparison: Comparison, noise: Comparison | None
) -> None:
    console.print()
    for line in comparison.structure:
        console.print(Text(f"{line.name}: {line.note}", style="bold red"))
    for sentence in words.part_sentences(comparison):
        console.print(Text(sentence))
    style = "bold red" if comparison.apart or not comparison.judged_count else "bold green"
    console.print(Text(f"{request.floatx}: {words.verdict(comparison)}", style=style))
    for sentence in diagnose(comparison, request.floatx):
        console.print(Text(sentence))
    if noise is not None:
        console.print(Text(words.noise_sentence(noise, comparison)))
