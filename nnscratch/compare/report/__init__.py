"""A comparison as a table in the terminal, as JSON and as one HTML page."""
