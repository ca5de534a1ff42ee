"""Single behaviours, each written once as a function of a library and run against both."""
