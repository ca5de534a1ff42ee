"""Bad calls of models and their files: the call, its error, words of its message."""

from __future__ import annotations

ROWS = [
    (
        'Sequential("dense")',
        "ValueError",
        ("'d'", "Only layers can be added to a Sequential model. Received"),
    ),
    (
        "Sequential([layers.Dense])",
        "ValueError",
        (
            "<class 'nnscratch.layers.core.Dense'>",
            "<class 'nnscratch.layers.core.Dense'> of type type; did you ",
        ),
    ),
    (
        "Sequential([5])",
        "ValueError",
        ("5", "Only layers can be added to a Sequential model. Received"),
    ),
    (
        'Sequential([layers.Dense(3), layers.Dense(3, name="d"), layers.Dense(3, name="d")])',
        "ValueError",
        ("`name`", "already has a layer named 'd'; give this one another `name`."),
    ),
    (
        "model.add(5)",
        "ValueError",
        ("5", "Only layers can be added to a Sequential model. Received"),
    ),
    ("Sequential().pop()", "ValueError", ("has no layers to take off.",)),
    ("Sequential().predict(X)", "ValueError", ("has no layers yet; add one first.",)),
    (
        'model.get_layer("dnse")',
        "ValueError",
        ("No layer named 'dnse'", "Did you mean", "Its layers:"),
    ),
    ("model.get_layer(index=9)", "ValueError", ("has 3 layers", "index=9")),
    ("model.get_layer()", "ValueError", ("`name`", "name=None, index=None")),
    ("model.set_weights([X])", "ShapeError", ("set_weights()", "expects 4 arrays", "Received 1")),
    (
        'model.set_weights("w")',
        "DataError",
        ("`weights[0]`", "an array of strings, dtype=<U1, shape=()"),
    ),
    (
        "model.set_weights([np.ones((4,5)),np.ones(5),np.ones((5,3)),np.ones(4)])",
        "ShapeError",
        ("weights[3] has shape (4,)", "has shape (3,)"),
    ),
    (
        "model.layers[0].set_weights([np.ones((4,4))])",
        "ShapeError",
        ("expects 2 arrays", "Received 1"),
    ),
    (
        'model.save("model.xyz")',
        "ValueError",
        ("filepath='model.xyz'", "A model is saved in a file whose name ends in '.keras', or i"),
    ),
    (
        'model.save("model")',
        "ValueError",
        ("filepath='model'", "A model is saved in a file whose name ends in '.keras', or i"),
    ),
    (
        'model.save_weights("w.keras")',
        "ValueError",
        ("filepath='w.keras'", "Weights are saved in a file whose name ends in '.weights.h5'"),
    ),
    (
        'model.save_weights("w.npz")',
        "ValueError",
        ("filepath='w.npz'", "Weights are saved in a file whose name ends in '.weights.h5'"),
    ),
    ('model.load_weights("none.weights.h5")', "ModelFileError", ("there is no such file",)),
    ('models.load_model("none.keras")', "ModelFileError", ("there is no such file",)),
    (
        'models.load_model("none.pkl")',
        "ValueError",
        ("filepath='none.pkl'", "A model is loaded from a file whose name ends in '.keras', '"),
    ),
    ("models.load_model(5)", "ValueError", ("`filepath`", "filepath=5")),
    (
        'models.model_from_json("{")',
        "ModelFileError",
        ("Expecting property name enclosed in double quotes",),
    ),
    (
        'models.model_from_json(\'{"class_name": "os"}\')',
        "ModelFileError",
        ("it describes a dict, not a model",),
    ),
    ("models.clone_model(5)", "ValueError", ("`model`", "model=5")),
    ("Model(5, 6)", "ValueError", ("`inputs`", "5")),
    (
        "Model(Input((3,)), X)",
        "ValueError",
        ("`outputs`", "array([[0.63696169, 0.26978671, 0.04097352,"),
    ),
    (
        "Model(inputs=Input((3,)), outputs=Input((4,)))",
        "ValueError",
        ("Graph disconnected", "is not among the inputs"),
    ),
    ("nnscratch.from_keras(5)", "ValueError", ("`model`", "model=5")),
    (
        "Sequential.from_config({})",
        "ValueError",
        ("[]", "The configuration of a Sequential model has 'name' and 'laye"),
    ),
    (
        "Sequential.from_config(5)",
        "ValueError",
        ("5", "The configuration of a Sequential model has 'name' and 'laye"),
    ),
]
