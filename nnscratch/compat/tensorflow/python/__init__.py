"""`tensorflow.python`: TensorFlow's private part; old scripts take Keras from there."""

__all__: list[str] = []
