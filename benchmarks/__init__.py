"""How fast nnscratch trains, beside Keras, PyTorch, JAX, scikit-learn and the bare products."""
