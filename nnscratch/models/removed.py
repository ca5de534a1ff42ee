"""Methods that models had in older versions of Keras, and what to write instead."""

from __future__ import annotations

from typing import Any

INSTEAD = {
    "predict_classes": "np.argmax(model.predict(x), axis=-1), or for one sigmoid output "
    "(model.predict(x) > 0.5).astype('int32')",
    "predict_proba": "model.predict(x)",
    "fit_generator": "model.fit(generator)",
    "evaluate_generator": "model.evaluate(generator)",
    "predict_generator": "model.predict(generator)",
}


class HasRemovedMethods:
    """Answers a removed method's name with what took its place; mixed into `Model`."""

    def __getattr__(self, name: str) -> Any:
        if name in INSTEAD:
            raise AttributeError(f"Models have no {name}() any more. Write {INSTEAD[name]}.")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
