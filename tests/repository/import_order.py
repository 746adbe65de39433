"""The order of the rooms of the package, as data: a module imports from its own room or from earlier rows."""

from __future__ import annotations

# Each row may import from itself and from every row above it. A dotted name places one module apart from its room.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("ops",),
    ("engines",),
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

# The modules at the top of the package itself: the lazy surface, which names modules as text and imports none of them.
TOP_MODULES = ("keras", "keras._surface")

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
