"""The cases and rules, as tables of data."""
