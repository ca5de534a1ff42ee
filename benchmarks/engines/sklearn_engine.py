"""scikit-learn's MLPClassifier, for the workloads that it can do: plain dense networks.

It reports a loss and no accuracy, so it has a little less to do than the others. `predict_proba`
knows no batches: it takes all rows at once.
"""

from __future__ import annotations

import warnings
from typing import Any

import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.engines import Go
from benchmarks.workloads import Array, Dense, Workload

_NAMES = {"sigmoid": "logistic", "relu": "relu"}
_RATES = {"sgd": 0.01, "adam": 0.001}


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go | None:
    """Return the measured go, or None for layers and optimizers that it does not have."""
    dense = [layer for layer in workload.layers if isinstance(layer, Dense)]
    if len(dense) < len(workload.layers) or workload.optimizer not in _RATES:
        return None
    model = MLPClassifier(
        [layer.units for layer in dense[:-1]],
        activation=_NAMES[dense[0].activation],
        solver=workload.optimizer,
        alpha=0.0,
        batch_size=workload.batch_size,
        learning_rate_init=_RATES[workload.optimizer],
        max_iter=workload.epochs,
        momentum=0.0,
        nesterovs_momentum=False,
        n_iter_no_change=workload.epochs + 1,
    )
    warnings.simplefilter("ignore", ConvergenceWarning)

    def fit() -> None:
        model.fit(x, y)

    def look() -> None:
        assert len(model.predict_proba(x)) == workload.rows
        model.score(x, y)

    if workload.trains:
        return fit
    model.set_params(max_iter=1, batch_size=1000).fit(x, y)
    return look


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {"scikit-learn": sklearn.__version__}
