"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from parity.referee import FACTOR, LIMIT
from parity.report.style import CSS
from parity.report.summary import FEW, Row, by_area, by_behaviour, place, short
from parity.report.svg import growth, legend
from parity.results import DIFFERS, ERROR, LATER, Finding, Outcome
from parity.units import DTYPES

NUMERIC = {"units", "tensors", "largest error", "Keras moves by", *DTYPES}
"""Headings of columns that are set flush right."""


def page(outcomes: Sequence[Outcome], versions: dict[str, str], seconds: float) -> str:
    """Return the whole page.

    Args:
        outcomes: what the run found.
        versions: of both libraries and of what they run on.
        seconds: how long the run took.
    """
    sections = [
        _head(outcomes, versions, seconds),
        _failures([outcome for outcome in outcomes if outcome.failed]),
        _areas(by_area(outcomes)),
        _behaviours(by_behaviour(outcomes)),
        _excuses([outcome for outcome in outcomes if outcome.excused]),
        _notes(outcomes),
        _pictures(by_area(outcomes)),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>nnscratch · parity with Keras</title><style>{CSS}</style></head>"
        f"<body>{''.join(sections)}</body></html>\n"
    )


def _head(outcomes: Sequence[Outcome], versions: dict[str, str], seconds: float) -> str:
    ran = [outcome for outcome in outcomes if outcome.status != LATER]
    failed = sum(outcome.failed for outcome in ran)
    tensors = sum(outcome.tensors for outcome in ran)
    verdict = f"{failed} of {len(ran)} runs left their band" if failed else "Every tensor agrees"
    facts = "".join(f"<span>{escape(k)} <b>{escape(v)}</b></span>" for k, v in versions.items())
    return (
        "<h1>nnscratch beside Keras, tensor by tensor</h1>"
        f'<p class="verdict {"out" if failed else "ok"}">{verdict}.</p>'
        f"<p>{len(ran)} runs, {tensors:,} tensors compared, {seconds:.0f} s. Both engines start "
        "from the same weights and get the same batches and the same dropout masks; after every "
        "step each output, gradient, optimizer slot, weight and metric is compared. An error is "
        "the largest difference in a tensor divided by the tensor’s largest element.</p>"
        f'<p class="facts">{facts}</p>'
    )


def _failures(failed: Sequence[Outcome]) -> str:
    if not failed:
        return ""
    parts = ['<h2 class="out">Out of band</h2>']
    for outcome in failed:
        parts.append(f"<h3><code>{escape(outcome.unit)}</code> {outcome.dtype}</h3>")
        if outcome.status == ERROR:
            parts.append(f"<pre>{escape(outcome.detail)}</pre>")
        elif outcome.first is not None:
            parts.append(f"<p>First: {escape(str(outcome.first))}</p>")
            if outcome.worst is not None and outcome.worst != outcome.first:
                parts.append(f"<p>Worst: {escape(str(outcome.worst))}</p>")
        else:
            parts.append(f"<p>{escape(outcome.detail)}</p>")
    return "".join(parts)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose cells also carry their heading, for screens too narrow for columns."""
    css = [' class="num"' if heading in NUMERIC else "" for heading in headings]
    head = "".join(f"<th{c}>{text}</th>" for c, text in zip(css, headings, strict=True))
    body = []
    for row in rows:
        cells = []
        for i, (c, heading, cell) in enumerate(zip(css, headings, row, strict=True)):
            label = f' data-label="{heading}"' if i and heading and cell else ""
            cells.append(f"<td{c}{label}>{cell}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(body)}</table></div>'


def _areas(rows: Sequence[Row]) -> str:
    headings = ["area", "units", "tensors", *DTYPES, "worst", ""]
    return (
        '<h2>By area</h2><p class="soft">The worst error: relative to the tensor’s largest '
        "element, and in units of the tensor’s band.</p>" + _table(headings, map(_area_row, rows))
    )


def _area_row(row: Row) -> list[str]:
    worst = [row.worst(dtype) for dtype in DTYPES]
    errors = [
        "" if pair is None else f"{pair[1].error:.1e} · {short(pair[1].bands)}" for pair in worst
    ]
    farthest = max((p for p in worst if p), key=lambda pair: pair[1].bands, default=None)
    where = f"<code>{escape(place(*farthest))}</code>" if farthest else ""
    units = f"{row.units} +{len(row.later)}" if row.later else f"{row.units}"
    verdict = f'<span class="{row.verdict}">{row.verdict}</span>'
    return [escape(row.title), units, f"{row.tensors:,}", *errors, where, verdict]


def _behaviours(rows: Sequence[Row]) -> str:
    items = []
    for row in rows:
        waits = "; ".join(sorted({outcome.detail for outcome in row.later}))
        if row.failed:
            state, css = "fails in " + ", ".join(o.unit for o in row.failed[:3]), "out"
        elif row.outcomes:
            state, css = "holds in " + ("1 unit" if row.units == 1 else f"{row.units} units"), "ok"
        elif waits:
            state, css = "", "later"
        else:
            state, css = "not in this selection", "soft"
        text = f'<span class="{css}">{escape(state)}</span>' if state else ""
        if waits:
            text += f' <span class="later">belongs to a later issue: {escape(waits)}</span>'
        items.append([escape(row.title), text])
    return "<h2>The 25 behaviours</h2>" + _table(["behaviour", "shown by"], items)


def _excuses(outcomes: Sequence[Outcome]) -> str:
    """List, per area and float type, what left its band but no farther than Keras itself moves."""
    if not outcomes:
        return ""
    rows = []
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.area, outcome.dtype), []).append(outcome)
    for (area, dtype), members in groups.items():
        found: list[tuple[Outcome, Finding]] = [(o, o.excuse) for o in members if o.excuse]
        unit, worst = max(found, key=lambda pair: pair[1].error)
        count, total = sum(o.excused for o in members), sum(o.tensors for o in members)
        rows.append(
            [
                escape(area),
                dtype,
                f"{count:,} of {total:,}",
                f"{worst.error:.1e}",
                f"{worst.spread:.1e}",
                f"<code>{escape(place(unit, worst))}</code>",
            ]
        )
    headings = ["area", "type", "tensors", "largest error", "Keras moves by", "where"]
    return (
        "<h2>As close as Keras is to itself</h2><p>A sum of large terms that nearly cancel has "
        "few correct digits in any program. Where a tensor leaves its band, Keras runs that step "
        "again with its weights and data moved by at most one unit in the last place. The error "
        f"is excused if it is within {FACTOR:.0f} times the distance that Keras itself moves, "
        f"and never beyond {LIMIT['float32']:.0e} (float32) or {LIMIT['float64']:.0e} "
        "(float64).</p>" + _table(headings, rows)
    )


def _notes(outcomes: Sequence[Outcome]) -> str:
    reasons: dict[str, dict[str, list[str]]] = {}
    for outcome in outcomes:
        told = [*outcome.reasons, *([outcome.detail] if outcome.status == DIFFERS else [])]
        for reason in told:
            reasons.setdefault(reason, {}).setdefault(outcome.unit, []).append(outcome.dtype)
    if not reasons:
        return ""
    items = "".join(
        f"<li>{_sentence(reason)} {_units(units)}</li>" for reason, units in reasons.items()
    )
    return f'<h2>Wider bands and differences made on purpose</h2><ul class="notes">{items}</ul>'


def _sentence(text: str) -> str:
    return escape(text) + ("" if text.endswith((".", ")")) else ".")


def _units(dtypes_of: dict[str, list[str]]) -> str:
    """Return the names of units with their float types, folded up where they are many."""
    types = sorted({dtype for dtypes in dtypes_of.values() for dtype in dtypes})
    names = f"<code>{escape(', '.join(dtypes_of))}</code>"
    in_types = f'<span class="soft">{" and ".join(types)}</span>'
    if len(dtypes_of) <= FEW:
        return f"{names} {in_types}"
    return f"<details><summary>{len(dtypes_of)} units, {in_types}</summary>{names}</details>"


def _pictures(rows: Sequence[Row]) -> str:
    """Return a card with a picture for every run that has steps, by area."""
    parts = ["<h2>How errors grow over the steps</h2>", legend()]
    for row in rows:
        cards = [_card(outcome) for outcome in row.outcomes if outcome.kind != "check"]
        if any(cards):
            opened = " open" if row.title == rows[0].title or row.failed else ""
            parts.append(
                f"<details{opened}><summary>{escape(row.title)} "
                f'<span class="soft">({len(cards)})</span></summary>'
                f'<div class="cards">{"".join(cards)}</div></details>'
            )
    return "".join(parts) if len(parts) > 2 else ""


def _card(outcome: Outcome) -> str:
    worst = outcome.worst
    line = "" if worst is None else f"worst {worst.error:.1e} in {worst.tensor}"
    if outcome.excused:
        line += f"; {outcome.excused:,} of {outcome.tensors:,} as close as Keras is to itself"
    css = "card failed" if outcome.failed else "card"
    picture = growth(outcome) if outcome.growth else ""
    return (
        f'<div class="{css}"><h3>{escape(outcome.unit)} <span class="soft">{outcome.dtype}</span>'
        f"</h3><p>{escape(line)}</p>{picture}</div>"
    )
