"""The libraries that the suite compares, each behind the same small protocol."""
