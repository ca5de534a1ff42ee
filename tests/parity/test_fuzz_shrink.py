"""Shrinking a failing model, judged by predicates that need no library."""

from __future__ import annotations

from parity.fuzz.case import FuzzCase, fitted
from parity.fuzz.draw import draw
from parity.fuzz.shrink import shrink, simplifications


def has_momentum_and_relu(case: FuzzCase) -> bool:
    """A failure that needs two things: an option of the optimizer and an activation."""
    return "momentum" in case.optimizer[1] and "'relu'" in repr(case.network)


def found(predicate) -> FuzzCase:
    return next(case for case in (draw(4, i) for i in range(2000)) if predicate(case))


def test_what_the_failure_needs_is_all_that_is_left() -> None:
    case = found(has_momentum_and_relu)
    small = shrink(case, has_momentum_and_relu)
    assert has_momentum_and_relu(small)
    assert fitted(small) == small
    assert len(small.network) <= 2
    assert set(small.optimizer[1]) == {"momentum"}
    assert (small.steps, small.samples, small.batch_size) == (1, 1, 1)
    assert small.metrics == small.weighted_metrics == ()
    assert small.loss_weight is small.class_weight is None
    assert not small.weighted
    assert small.data.kwargs["x"] == "normal"
    options = [set(kwargs) - {"units", "activation"} for _, kwargs in small.network]
    assert options == [set()] * len(small.network)


def test_sizes_shrink_to_the_least_that_fails() -> None:
    def wide(case: FuzzCase) -> bool:
        return any(kwargs.get("units", 0) >= 5 for _, kwargs in case.network)

    small = shrink(found(wide), wide)
    assert max(kwargs.get("units", 0) for _, kwargs in small.network) == 5
    assert [len(shape) for shape in small.inputs] == [1]
    assert not small.calls


def test_a_graph_shrinks_to_what_the_failure_needs() -> None:
    def shares(case: FuzzCase) -> bool:
        called = [call.layer for call in case.calls if case.network[call.layer][0] == "Dense"]
        return len(set(called)) < len(called)

    small = shrink(found(shares), shares)
    assert shares(small)
    assert len(small.network) <= 3
    assert (len(small.inputs), small.others) == (1, ())


def test_a_graph_without_forks_becomes_a_stack() -> None:
    def tanh(case: FuzzCase) -> bool:
        return "'tanh'" in repr(case.network)

    small = shrink(found(lambda case: tanh(case) and bool(case.calls)), tanh)
    assert small.calls == ()
    assert len(small.network) <= 2


def test_a_model_that_nothing_simpler_fails_like_stays_as_it_is() -> None:
    case = draw(4, 0)
    assert shrink(case, lambda other: other == case) is case


def test_the_number_of_tries_is_bounded() -> None:
    asked = []

    def fails(case: FuzzCase) -> bool:
        asked.append(case)
        return False

    shrink(draw(4, 1), fails, tries=7)
    assert len(asked) == 7


def test_simplifications_are_valid_and_differ_from_the_model_and_each_other() -> None:
    for number in range(30):
        case = draw(4, number)
        simpler = list(simplifications(case))
        assert simpler
        assert all(fitted(one) == one for one in simpler)
        described = [repr(one) for one in simpler]
        assert repr(case) not in described
        assert len(set(described)) == len(described)
