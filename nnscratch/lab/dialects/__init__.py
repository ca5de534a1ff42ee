"""Update rules as Keras, PyTorch, "Deep Learning from Scratch" and the papers write them."""

from nnscratch.lab.dialects.forms import DIALECTS, FORMS, Form, dialect_table, form
from nnscratch.lab.dialects.optimizer import DialectOptimizer, optimizer

__all__ = [
    "DIALECTS",
    "FORMS",
    "DialectOptimizer",
    "Form",
    "dialect_table",
    "form",
    "optimizer",
]
