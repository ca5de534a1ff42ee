"""The comparison as one self-contained HTML page, for wide and narrow screens, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nnscratch.compare.comparison import Comparison, FitComparison
from nnscratch.compare.diagnosis import diagnose
from nnscratch.compare.explaining import Told
from nnscratch.compare.lines import Line
from nnscratch.compare.report import words
from nnscratch.compare.report.chart import SMALLEST, svg
from nnscratch.compare.report.panels import panels
from nnscratch.compare.report.style import STYLE
from nnscratch.compare.runs import Request


def page(
    request: Request,
    comparison: Comparison,
    noise: Comparison | None = None,
    told: Told | str | None = None,
) -> str:
    """Return the page.

    Args:
        request: what was run.
        comparison: Keras and nnscratch.
        noise: Keras and Keras with another matrix kernel, if that was asked for.
        told: what `--explain` found, if it was asked for.
    """
    what = escape(words.command_line(request.script, list(request.arguments)))
    parts = [_head(request, comparison, noise, what)]
    if told is not None:
        parts.append(_why(told))
    for i, fit in enumerate(comparison.fits):
        other = noise.fits[i] if noise is not None and i < len(noise.fits) else None
        parts.append(_fit(fit, other, comparison.rtol, request.floatx))
    if comparison.results:
        beside = noise.results if noise is not None else None
        table = _table(comparison.results, beside, comparison.rtol)
        parts.append(f"<section><h2>evaluate, predict</h2>{table}</section>")
    parts.append(_printed(comparison))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Keras and nnscratch: {what}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(request: Request, comparison: Comparison, noise: Comparison | None, what: str) -> str:
    kind = "bad" if comparison.apart or not comparison.judged_count else "good"
    sentences = [f"{line.name}: {line.note}" for line in comparison.structure]
    sentences += diagnose(comparison, request.floatx)
    if noise is not None:
        sentences.append(words.noise_sentence(noise, comparison))
    told_parts = "".join(f"<li>{escape(s)}</li>" for s in words.part_sentences(comparison))
    explained = "".join(f"<p>{escape(s)}</p>" for s in sentences)
    return (
        f"<header><p class='eyebrow'>Keras and nnscratch, {request.floatx}</p>"
        f"<h1><code>{what}</code></h1>"
        f"<p class='verdict {kind}'>{escape(words.verdict(comparison))}</p>"
        f"{explained}<ul>{told_parts}</ul></header>{_costs(comparison, noise)}"
    )


def _why(told: Told | str) -> str:
    if isinstance(told, str):
        return f"<section><h2>Why they differ</h2><p>{escape(told)}</p></section>"
    return (
        f"<section><h2>Why fit {told.fit} differs</h2><div class='wide'>{told.html}</div></section>"
    )


def _costs(comparison: Comparison, noise: Comparison | None) -> str:
    runs = [comparison.first, comparison.second] + ([noise.second] if noise else [])
    heads = "".join(f"<th class='n'>{escape(run.engine.title)}</th>" for run in runs)
    rows = "".join(
        f"<tr><th>{name}</th>" + "".join(f"<td class='n'>{c}</td>" for c in cells) + "</tr>"
        for name, cells in words.cost_rows(runs)
    )
    listed = "; ".join(f"{run.engine.title}: {words.versions(run)}" for run in runs)
    return (
        f"<section><h2>Time and memory</h2><div class='wide'><table><thead><tr><th></th>{heads}"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
        f"<p class='quiet'>{words.TIMED}</p><p class='quiet'>{escape(listed)}</p></section>"
    )


def _fit(fit: FitComparison, noise: FitComparison | None, rtol: float, floatx: str) -> str:
    curves = [("ours", fit.growth)] + ([("noise", noise.growth)] if noise else [])
    drawn = ""
    if fit.growth:
        legend = "largest difference among loss and weights: "
        legend += "<span class='ours'>nnscratch from Keras</span>"
        legend += ", <span class='noise'>Keras from itself</span>" if noise else ""
        drawing = svg(list(reversed(curves)), rtol, SMALLEST[floatx])
        drawn = f"<figure>{drawing}<figcaption>{legend}</figcaption></figure>"
    if fit.first_bits is not None:
        drawn += f"<p class='quiet'>{escape(str(fit.first_bits))}</p>"
    if fit.curves:
        drawn += (
            f"<h3>Each weight, by layer</h3>{panels(fit.curves, rtol, SMALLEST[floatx])}"
            "<p class='quiet'>Relative difference of every weight, step by step; on the bottom "
            "line: equal, or nearer than one rounding. Red: what is allowed.</p>"
        )
    history = _table(fit.history, noise.history if noise else None, rtol)
    weights = _table(fit.weights, noise.weights if noise else None, rtol, False)
    return (
        f"<section><h2>fit {fit.number}: {escape(fit.model)}</h2>{drawn}"
        f"<h3>History</h3>{history}<h3>Weights after it</h3>{weights}</section>"
    )


def _table(
    lines: Sequence[Line], noise: Sequence[Line] | None, rtol: float, places: bool = True
) -> str:
    beside = "<th class='n'>Keras/<wbr>Keras</th>" if noise is not None else ""
    rows = []
    for i, line in enumerate(lines):
        kind = "idle" if not line.judged else "bad" if line.relative > rtol else "good"
        place = f"<td class='quiet'>{escape(line.place)}</td>" if places else ""
        other = ""
        if noise is not None:
            other = f"<td class='n'>{words.apart(noise[i]) if i < len(noise) else '–'}</td>"
        rows.append(
            f"<tr>{place}<th>{escape(line.label)}"
            f"<span class='quiet'> {escape(line.note)}</span></th>"
            f"<td class='n'>{words.number(line.reference)}</td>"
            f"<td class='n'>{words.number(line.candidate)}</td>"
            f"<td class='n {kind}'>{words.agreeing(line)}</td>"
            f"<td class='n {kind}'>{words.apart(line)}</td>{other}</tr>"
        )
    return (
        f"<div class='wide'><table class='lines{' five' if beside else ''}'><thead><tr>"
        f"{'<th></th>' if places else ''}<th></th><th class='n'>Keras</th>"
        "<th class='n'>nnscratch</th><th class='n'>digits</th><th class='n'>apart</th>"
        f"{beside}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _printed(comparison: Comparison) -> str:
    apart = comparison.printed_apart
    if not apart:
        same = f"{words.count(comparison.printed, 'line')}, the same (durations apart)"
        return f"<section><h2>Printed output</h2><p>{same}</p></section>"
    found = []
    for line in apart:
        how = "" if line.relative is None else f", numbers {line.relative:.1e} apart"
        texts = [("−", line.reference), ("+", line.candidate)]
        shown = "\n".join(f"{sign} {escape(t)}" for sign, t in texts if t is not None)
        found.append(f"<p class='quiet'>line {line.line}{how}</p><pre>{shown}</pre>")
    count = f"{len(apart)} of {comparison.printed} lines differ"
    return f"<section><h2>Printed output</h2><p>{count}</p>{''.join(found)}</section>"
