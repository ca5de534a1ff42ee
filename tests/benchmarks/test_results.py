"""The benchmark's arithmetic: medians, ratios within rounds, tables, the page."""

from __future__ import annotations

import pytest

from benchmarks import chart, engines, extras, page, results, table, workloads
from benchmarks.engines import floor

TIMES = {
    "nnscratch": [100.0, 200.0, 110.0],
    "floor": [50.0, 100.0, 55.0],
    "Keras": [700.0, 1600.0, 880.0],
}


def test_a_ratio_is_the_median_of_the_rounds_quotients():
    assert results.ratio(TIMES, "Keras", "nnscratch") == 8.0
    assert results.ratio(TIMES, "nnscratch", "floor") == 2.0
    assert results.ratio(TIMES, "PyTorch", "nnscratch") is None


def test_the_spread_is_that_between_slowest_and_fastest():
    assert results.spread([90.0, 100.0, 140.0]) == 0.5


def test_a_row_has_our_time_the_floor_and_the_peers():
    cells = dict(zip(["µs", "floor", *table.PEERS], table.cells(TIMES), strict=True))
    assert cells["µs"] == "110"
    assert cells["floor"] == "2.00"
    assert cells["Keras"] == "8.0"
    assert cells["PyTorch"] == table.MISSING


def test_markdown_has_as_many_cells_in_every_row():
    rows = table.markdown({"1": TIMES, "7": TIMES}).splitlines()
    assert len(rows) == 4
    assert len({row.count("|") for row in rows}) == 1


def test_results_are_what_was_written(tmp_path):
    written = results.Results(
        machine={"cores": 2, "load": 1.5}, quiet={"1": TIMES}, memory={"bound": 1.5e8}
    )
    written.write(tmp_path / "results.json")
    assert results.Results.read(tmp_path / "results.json") == written
    assert results.Results.read(tmp_path / "none.json") == results.Results()


def test_the_page_tells_machine_method_and_numbers():
    measured = results.Results(
        machine={"processor": "P", "cores": 2, "system": "Linux 6", "python": "3.11", "load": 3.2},
        versions={"numpy": "2.4"},
        quiet={"1": TIMES},
        busy={
            "1": {name: taken[:2] for name, taken in TIMES.items()} | {"Keras": [1600.0, 3200.0]}
        },
        memory={"nnscratch": 2e8, "Keras": 9e8, "bound": 2.5e8},
        startup={"python": 0.02, "numpy": 0.1, "nnscratch": 0.15, "first epoch": 0.9, "Keras": 5.0},
    )
    text = page.text(measured)
    for expected in (
        "P, 2 cores",
        "numpy 2.4",
        "Times are medians over 3 rounds",
        "Medians over 2 rounds.",
        "| 8.0 |",
        "1: 2.00",
        "| 200 |",
        "not quiet",
    ):
        assert expected in text, expected


def test_the_chart_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    chart.draw({"1": TIMES, "7": TIMES}, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 10_000


def test_the_floor_has_the_products_of_a_step():
    # forward 4, weights' gradients 4, and inputs' gradients of all layers but the first
    assert len(floor.products(workloads.workload(1))) == 4 + 4 + 3
    # a normalization before the first dense layer wants that layer's input gradient too
    assert len(floor.products(workloads.workload(5))) == 3 + 3 + 3
    assert len(floor.products(workloads.workload(8))) == 4
    x, w, z = floor.products(workloads.workload(1))[0]
    assert (x.shape, w.shape, z.shape) == ((32, 784), (784, 64), (32, 64))


def test_whole_batches_and_known_names():
    for work in workloads.WORKLOADS:
        assert work.rows % work.batch_size == 0
        assert workloads.workload(work.number) is work
    with pytest.raises(ValueError, match="1 to 9"):
        workloads.workload(10)
    with pytest.raises(ValueError, match="Keras"):
        engines.engine("keras2")
    assert engines.engine("jax JIT").name == "JAX jit"


def test_the_bound_on_memory():
    work = workloads.workload(7)
    parameters = 8 * 64 + 64 + 64 + 1
    data = work.rows * (8 * 4 + 8)
    activations = 4 * 32 * (8 + 64 + 1)
    assert extras.bound(work) == data + 16 * parameters + activations + 60e6
