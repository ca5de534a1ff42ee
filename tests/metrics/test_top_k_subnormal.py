"""Scores too small to be normal tie with 0 among the k largest, as in Keras on TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import metrics


@pytest.mark.parametrize(("score", "hit"), [(1e-40, 1.0), (1.2e-38, 0.0), (1e-37, 0.0)])
def test_a_subnormal_score_is_no_larger_than_0(score, hit):
    """The expected values are what Keras 3.15.1 on TensorFlow 2.21 returned."""
    above = np.array([[1.0, score, 0.0, 0.0, 0.0, 0.0]], "float32")
    below = np.array([[1.0, -score, -2 * score, 0.0, 0.0, 0.0]], "float32")
    one_hot = np.eye(6, dtype="float32")[[2]]
    assert metrics.sparse_top_k_categorical_accuracy(np.array([2]), above, k=2).tolist() == [hit]
    assert metrics.sparse_top_k_categorical_accuracy(np.array([2]), below, k=5).tolist() == [hit]
    assert metrics.top_k_categorical_accuracy(one_hot, above, k=2).tolist() == [hit]
