"""Whole scripts: data, model, `compile`, plain `fit`, and nothing in common but the seed."""
