"""`tf.compat`: what is left of TensorFlow 1."""

__all__: list[str] = []
