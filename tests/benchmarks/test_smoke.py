"""The benchmarks run: processes start, take turns, answer and end."""

from __future__ import annotations

from benchmarks import cli, session
from benchmarks.engines import Engine, engine
from benchmarks.workloads import workload


def test_quick_run_measures_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(cli.page, "write", None)
    assert cli.main(["--quick", "--workload", "7", "--engine", "nnscratch", "floor"]) == 0
    printed = capsys.readouterr().out
    assert "nnscratch" in printed
    assert "÷ floor" in printed


def test_every_engine_has_as_many_rounds():
    engines = [engine("nnscratch"), engine("floor")]
    times, versions = session.measure(workload(1), engines, rounds=2, quick=True, say=print)
    assert {name: len(taken) for name, taken in times.items()} == {"nnscratch": 2, "floor": 2}
    assert all(taken > 0 for rounds in times.values() for taken in rounds)
    assert "nnscratch" in versions


def test_an_engine_that_fails_is_left_out_and_named(monkeypatch):
    broken = Engine("broken", "nnscratch_engine", "numpy")
    said = []
    times, _ = session.measure(workload(7), [engine("floor"), broken], 1, True, said.append)
    assert list(times) == ["floor"]
    assert "broken cannot take part" in said[0]


def test_a_core_is_kept_busy_only_while_asked():
    with session.busy_core(True) as nothing:
        assert nothing is None
    with session.busy_core(False) as nothing:
        assert nothing is None
