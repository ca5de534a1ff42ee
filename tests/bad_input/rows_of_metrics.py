"""Bad calls of metrics: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    (
        'metrics.get("acuracy")',
        "ValueError",
        ("Unknown metric 'acuracy'", "Did you mean 'accuracy'"),
    ),
    (
        "metrics.get(5)",
        "ValueError",
        ("5", "A metric is a name, a configuration, a class, a Metric objec"),
    ),
    ('metrics.AUC(curve="RC")', "ValueError", ("`curve`", "Did you mean 'ROC'")),
    ("metrics.AUC(num_thresholds=1)", "ValueError", ("`num_thresholds`", "num_thresholds=1")),
    ('metrics.AUC(summation_method="x")', "ValueError", ("`summation_method`",)),
    ("metrics.AUC(thresholds=[2.0])", "ValueError", ("`thresholds`", "[2.0]")),
    ("metrics.Precision(thresholds=2.0)", "ValueError", ("`thresholds`", "2.0")),
    ("metrics.Precision(top_k=0)", "ValueError", ("`top_k`", "top_k=0")),
    ("metrics.Recall(class_id=-1)", "ValueError", ("`class_id`", "class_id=-1")),
    ("metrics.TopKCategoricalAccuracy(k=0)", "ValueError", ("`k`", "k=0")),
    ("metrics.MeanIoU(num_classes=0)", "ValueError", ("`num_classes`", "num_classes=0")),
    ('metrics.F1Score(average="x")', "ValueError", ("Unknown average 'x'",)),
    ("metrics.FBetaScore(beta=-1.0)", "ValueError", ("`beta`", "beta=-1.0")),
    ("metrics.FBetaScore(threshold=2)", "ValueError", ("`threshold`", "threshold=2")),
    ("metrics.SensitivityAtSpecificity(2.0)", "ValueError", ("`specificity`", "specificity=2.0")),
    (
        "metrics.PrecisionAtRecall(0.5, num_thresholds=0)",
        "ValueError",
        ("`num_thresholds`", "num_thresholds=0"),
    ),
    ('metrics.R2Score(class_aggregation="x")', "ValueError", ("Unknown class_aggregation 'x'",)),
    (
        'metrics.Mean().update_state("x")',
        "DataError",
        ("`values`", "an array of strings, dtype=<U1, shape=()"),
    ),
]
