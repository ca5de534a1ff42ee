"""A page about a search: one file that needs no other."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nnscratch.lab.pictures import as_svg
from nnscratch.saving import atomic
from nnscratch.tuner.display import duration, shown
from nnscratch.tuner.frame import trial_row
from nnscratch.tuner.trial import Trial, TrialStatus

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#ffffff, #14171b); color: light-dark(#1b1f24, #e8eaed); }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.4rem; }
p.lead { color: light-dark(#5b626b, #a3abb5); margin-top: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid light-dark(#dde1e6, #2d333a); }
th { position: sticky; top: 0; background: light-dark(#ffffff, #14171b); }
tr.best td { font-weight: 600; color: light-dark(#b23f04, #f97238); }
tr.failed td { color: light-dark(#8c1c3f, #e8839b); } td.text { text-align: left; }
svg { max-width: 100%; height: auto; } pre { overflow-x: auto; font-size: .8rem; }
summary { cursor: pointer; }
"""


def write_report(tuner: Any, path: Any, title: str = "", note: str = "") -> Path:
    """Write a page with the figures of a search and the table of its trials.

    Args:
        tuner: the tuner, after its search.
        path: the file; its name should end in `.html`.
        title: its heading; the name of the folder by default.
        note: a sentence more under it.

    Returns:
        The path of the file.
    """
    trials, objective = tuner.trials(), tuner.oracle.objective
    ranked = tuner.oracle.get_best_trials(len(trials))
    name = title or f"Search in {tuner.project.folder.name}"
    parts = [
        f"<h1>{html.escape(name)}</h1>",
        f'<p class="lead">{html.escape(_lead(tuner, ranked))} {html.escape(note)}</p>',
        *_figures(tuner),
        "<h2>All trials</h2>",
        f'<div class="scroll">{_table(trials, ranked, objective)}</div>',
        *_errors(trials),
    ]
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(name)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )
    target = Path(path)
    atomic.write_bytes(target, page.encode())
    return target


def _lead(tuner: Any, ranked: list[Trial]) -> str:
    trials = tuner.trials()
    counts = {s: sum(t.status == s for t in trials) for s in (TrialStatus.PRUNED, "FAILED")}
    extra = "".join(f", {n} {status.lower()}" for status, n in counts.items() if n)
    epochs = sum(trial.epochs for trial in trials)
    text = f"{type(tuner).__name__}, {len(trials)} trials{extra}, {epochs} epochs"
    times = [t.started for t in trials if t.started], [t.ended for t in trials if t.ended]
    if all(times):
        text += f", {duration(max(times[1]) - min(times[0]))}"
    if ranked:
        values = ", ".join(f"{name} {shown(value)}" for name, value in ranked[0].values.items())
        score = f"{ranked[0].score:.5g}"
        text += (
            f". Best {tuner.oracle.objective.name} {score} in trial {ranked[0].number}: {values}"
        )
    return text + "."


def _figures(tuner: Any) -> list[str]:
    from nnscratch.tuner import figures
    from nnscratch.tuner.bandit import Bandit
    from nnscratch.tuner.bayesian import BayesianOptimization

    trials, objective = tuner.trials(), tuner.oracle.objective
    wanted: list[tuple[str, Callable[[], Any]]] = [
        ("The score against each hyper-parameter", lambda: figures.scores(trials, objective)),
        ("Each trial as a line", lambda: figures.parallel(trials, objective)),
    ]
    if isinstance(tuner, Bandit):
        wanted.append(("Which configuration got each pull", lambda: figures.allocations(tuner)))
    chosen = [t for t in trials if t.notes.get("chosen")]
    if isinstance(tuner, BayesianOptimization) and tuner.oracle.surrogate == "gp" and chosen:
        wanted.append(("What the model of the scores believed", lambda: figures.belief(tuner)))
    if len({str(t.values) for t in trials if t.score is not None}) < 2:
        return []
    return [f"<h2>{html.escape(name)}</h2>\n{_inline(draw())}" for name, draw in wanted]


def _inline(figure: Any) -> str:
    """Return a figure as SVG to stand in a page."""
    text = as_svg(figure)
    return text[text.index("<svg") :]


def _table(trials: list[Trial], ranked: list[Trial], objective: Any) -> str:
    rows = [trial_row(trial, objective) for trial in trials]
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "error"))
    columns = [c for c in columns if any(row.get(c) is not None for row in rows)]
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = []
    for trial, row in zip(trials, rows, strict=True):
        kind = "failed" if trial.status == TrialStatus.FAILED else ""
        kind = "best" if ranked and trial is ranked[0] else kind
        cells = "".join(f"<td>{html.escape(_cell(row.get(column)))}</td>" for column in columns)
        body.append(f'<tr class="{kind}">{cells}</tr>')
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _cell(value: Any) -> str:
    return "" if value is None else shown(value)


def _errors(trials: list[Trial]) -> list[str]:
    failed = [trial for trial in trials if trial.status == TrialStatus.FAILED]
    if not failed:
        return []
    details = [
        f"<details><summary>Trial {trial.number}: {html.escape(trial.error or '')}</summary>"
        f"<pre>{html.escape(trial.message or '')}</pre></details>"
        for trial in failed
    ]
    return ["<h2>Failed trials</h2>", *details]
