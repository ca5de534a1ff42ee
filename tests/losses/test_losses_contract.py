"""What every exported loss must do; a loss without a row in `loss_rows` fails."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from loss_rows import ROWS, Row, row_name

from nnscratch import losses
from nnscratch.cache import Cache
from nnscratch.losses import Loss

EVERY_ROW = pytest.mark.parametrize("row", ROWS, ids=row_name)
EVERY_DTYPE = pytest.mark.parametrize("dtype", ["float32", "float64"])


def made(row: Row, dtype: str = "float64", reduction: str | None = "sum_over_batch_size") -> Loss:
    return getattr(losses, row.name)(dtype=dtype, reduction=reduction, **row.options)


def test_every_exported_loss_has_a_row() -> None:
    exported = {
        name
        for name in losses.__all__
        if inspect.isclass(getattr(losses, name)) and name not in ("Loss", "LossFunctionWrapper")
    }
    functions = {
        name
        for name in losses.__all__
        if inspect.isfunction(getattr(losses, name))
        and name not in ("get", "serialize", "deserialize")
    }
    assert exported == {row.name for row in ROWS}
    assert functions == {row.function for row in ROWS}


@EVERY_ROW
@EVERY_DTYPE
def test_gradient_has_shape_and_type_of_the_output(row: Row, dtype: str) -> None:
    y_true, y_pred = row.data(dtype=dtype)
    loss, cache = made(row, dtype), Cache()
    value = loss.forward(y_true, y_pred, cache)
    gradient = loss.backward(cache)
    assert np.shape(value) == ()
    assert np.asarray(value).dtype == gradient.dtype == np.dtype(dtype)
    assert gradient.shape == y_pred.shape
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).sum() > 0


@EVERY_ROW
@EVERY_DTYPE
def test_another_type_of_output_is_cast_there_and_back(row: Row, dtype: str) -> None:
    y_true, y_pred = row.data(dtype="float32")
    loss, cache = made(row, "float64"), Cache()
    value = loss.forward(y_true, y_pred, cache)
    assert np.asarray(value).dtype == np.float64
    assert loss.backward(cache).dtype == np.float32


@EVERY_ROW
def test_arguments_stay_as_they_are(row: Row) -> None:
    y_true, y_pred = row.data()
    weight = np.linspace(0.0, 2.0, len(y_true))
    kept = y_true.copy(), y_pred.copy(), weight.copy()
    loss, cache = made(row), Cache()
    loss.forward(y_true, y_pred, cache, weight)
    loss.backward(cache)
    for before, after in zip(kept, (y_true, y_pred, weight), strict=True):
        np.testing.assert_array_equal(before, after)


@EVERY_ROW
def test_backward_may_run_twice_and_scales(row: Row) -> None:
    y_true, y_pred = row.data()
    loss, cache = made(row), Cache()
    loss.forward(y_true, y_pred, cache)
    first = loss.backward(cache).copy()
    np.testing.assert_allclose(loss.backward(cache, scale=8.0), 8.0 * first, rtol=1e-14)


@EVERY_ROW
def test_a_second_step_allocates_no_new_buffers(row: Row) -> None:
    loss, cache = made(row), Cache()
    for seed in range(3):
        y_true, y_pred = row.data(seed)
        loss.forward(y_true, y_pred, cache)
        loss.backward(cache)
        if seed == 0:
            held = cache.nbytes
    assert cache.nbytes == held


@EVERY_ROW
def test_a_short_last_batch_in_the_same_cache(row: Row) -> None:
    y_true, y_pred = row.data()
    loss, used = made(row), Cache()
    loss.forward(y_true, y_pred, used)
    loss.backward(used)
    fresh = Cache()
    values = [loss.forward(y_true[:2], y_pred[:2], cache) for cache in (used, fresh)]
    assert values[0] == values[1]
    np.testing.assert_array_equal(loss.backward(used), loss.backward(fresh))


@EVERY_ROW
def test_function_and_class_agree(row: Row) -> None:
    y_true, y_pred = row.data()
    function = getattr(losses, row.function)
    wrapped = losses.LossFunctionWrapper(function, dtype="float64", **row.options)
    loss, caches = made(row), (Cache(), Cache())
    np.testing.assert_array_equal(
        function(y_true, y_pred, **row.options), loss.call(y_true, y_pred)
    )
    assert wrapped.uses_logits == loss.uses_logits
    assert wrapped.forward(y_true, y_pred, caches[0]) == loss.forward(y_true, y_pred, caches[1])
    np.testing.assert_array_equal(wrapped.backward(caches[0]), loss.backward(caches[1]))


@EVERY_ROW
def test_standalone_call_is_forward(row: Row) -> None:
    y_true, y_pred = row.data()
    loss = made(row)
    assert loss(y_true.tolist(), y_pred.tolist()) == loss.forward(y_true, y_pred, Cache())


@EVERY_ROW
def test_call_is_the_loss_before_reduction(row: Row) -> None:
    y_true, y_pred = row.data()
    values = made(row).call(y_true, y_pred)
    np.testing.assert_array_equal(values, made(row, reduction="none")(y_true, y_pred))
    assert made(row, reduction="sum")(y_true, y_pred) == pytest.approx(values.sum(), rel=1e-14)
    whole_batch = row.couples and row.name != "Circle"
    assert values.shape == (() if whole_batch else y_pred.shape[:1])


@EVERY_ROW
def test_configuration_makes_an_equal_loss(row: Row) -> None:
    y_true, y_pred = row.data()
    loss = made(row)
    again = losses.deserialize(losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert again(y_true, y_pred) == pytest.approx(float(loss(y_true, y_pred)), rel=1e-6)


@EVERY_ROW
def test_names_lead_to_the_loss(row: Row) -> None:
    assert losses.get(row.function) is getattr(losses, row.function)
    assert type(losses.get(row.name)) is getattr(losses, row.name)
    assert losses.get(row.name).name == ("huber_loss" if row.name == "Huber" else row.function)


@EVERY_ROW
def test_targets_that_fit_are_accepted_and_others_refused(row: Row) -> None:
    y_true, y_pred = row.data()
    loss = made(row)
    loss.check_targets(y_true, (None, *y_pred.shape[1:]))
    with pytest.raises(ValueError, match=loss.name):
        loss.check_targets(y_true, (None, y_pred.shape[1], 7))
    with pytest.raises(ValueError, match=loss.name):
        loss.check_targets(np.ones((5, 9)), (None, *y_pred.shape[1:]))
