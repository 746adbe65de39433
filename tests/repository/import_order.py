"""The order of the rooms of the package, as data: a module imports from its own room or from earlier rows."""

from __future__ import annotations

# Each row may import from itself and from every row above it. A dotted name places one module apart from its room.
LAYERS: tuple[tuple[str, ...], ...] = (
    # The table of public names imports nothing of the package; the `__init__` of each public package takes its lazy names from it.
    ("_surface",),
    # A numeric library over plain ndarrays: see STANDALONE.
    ("kernels",),
    ("core",),
    ("ops",),
    ("engines",),
    # Adapters of input data know arrays and nothing of layers or models.
    ("training.data",),
    (
        "activations",
        "callbacks",
        "constraints",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "optimizers",
        "regularizers",
        "utils",
    ),
    ("models",),
    ("training",),
    ("saving",),
    ("legacy",),
    (
        "_tf_keras",
        "applications",
        "datasets",
        "distribution",
        "export",
        "preprocessing",
        "quantization",
        "testing",
        "tuner",
        "wrappers",
    ),
)

# Rooms that would work outside of the package: they import the standard library, what is named here and themselves, nothing else.
STANDALONE = {"kernels": frozenset({"numpy"})}

# The package itself is imported by no module of it: it would load whatever name is asked for, in any order.
TOP = "keras"

# Modules that import by a name computed at run time, which no reading of the source can follow: each is a table on purpose.
RUN_TIME_IMPORTERS = frozenset(
    {"keras._surface", "keras._tf_keras.keras", "keras.core.engine", "keras.core.late", "keras.core.registry", "keras.metrics.lookup"}
)

# What may be imported inside a function: engines, and packages that a user may lack.
OPTIONAL_PACKAGES = frozenset(
    {
        "IPython",
        "PIL",
        "cloudpickle",
        "grain",
        "graphviz",
        "h5py",
        "jax",
        "jaxlib",
        "matplotlib",
        "ml_dtypes",
        "onnx",
        "onnxruntime",
        "optree",
        "pandas",
        "pydot",
        "pytensor",
        "ray",
        "rich",
        "scipy",
        "sklearn",
        "tensorboard",
        "tensorflow",
        "torch",
        "tqdm",
    }
)
OPTIONAL_PREFIXES = ("keras.engines.",)
