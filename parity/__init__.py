"""The parity suite: runs Keras and nnscratch in lock-step and says where they part.

A *unit* is one thing to compare: a `Case` (a network trained step by step), a `Rule` (an optimizer
fed given gradients) or a `Check` (one behaviour, written once and run against both libraries).
Units are data, collected by `parity.registry`. An *engine* is a library behind the small protocol
of `parity.engines.protocol`: the reference is Keras on TensorFlow, the candidate is nnscratch.
`parity.runner` brings them together, `parity.report` shows what came out.

`python -m parity --help` says how to run it.
"""
