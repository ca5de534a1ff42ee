"""Random networks, options, shapes and data, each run in lock-step with Keras.

`draw` makes model number i of seed S, always the same one. `examine` runs it with both engines and
says whether they agree, `noise` decides whether a difference is the problem's own rounding noise,
`shrink` makes a failing model as small as it can be, and `script` writes it down as a program that
needs nothing but the two libraries.
"""
