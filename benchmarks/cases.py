"""The table of cases: what is measured, at which size, on which implementations, against which target.

Only the standard library is imported here: every measured process reads this table, under any Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OURS = ("one-numpy", "one-jax", "one-torch", "one-tensorflow")
PEERS = ("keras-jax", "keras-torch", "keras-tensorflow")
ALL = OURS + PEERS
HANDWRITTEN = ("handwritten-jax", "handwritten-torch")
"""The same models without any Keras."""


@dataclass(frozen=True)
class Measure:
    """One figure of a case: its key in a worker's result, its label in the table, its unit."""

    key: str
    label: str
    unit: str


@dataclass(frozen=True)
class Target:
    """The most that `measure` may be on ours: a number, or a multiple of what others take (the fastest of them).

    Attributes: ours: the implementation that is measured; of several the fastest.
    """

    measure: str
    maximum: float
    relative_to: tuple[str, ...] = ()
    ours: tuple[str, ...] = ("one-numpy",)


@dataclass(frozen=True)
class Case:
    """A row of the table. `work` is `script:FILE`, `code:PYTHON`, `install`, or `module:function` in `benchmarks.work`."""

    name: str
    size: str
    what: str
    work: str
    measures: tuple[Measure, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    implementations: tuple[str, ...] = ALL
    repeats: int = 3
    targets: tuple[Target, ...] = ()
    cold: bool = False
    """Whether each run of a whole process gets an empty folder of caches."""


WHOLE_PROCESS = (Measure("wall", "whole process", "s"),)
PER_STEP = (Measure("step", "per step", "s"), Measure("first_epoch", "first epoch", "s"))
PER_CALL = (Measure("call", "per call", "s"), Measure("first_call", "first call", "s"))


def _step_targets(of_keras_jax: float, numpy_of_fastest: float | None = None, best_of_fastest: float | None = None) -> tuple[Target, ...]:
    """What every model's training step is held to; on JAX also a multiple of Keras' own time there."""
    targets = [
        Target("step", of_keras_jax, ("keras-jax",), ("one-jax",)),
        Target("step", 1.05, ("handwritten-jax",), ("one-jax",)),
        Target("step", 1.1, ("handwritten-torch",), ("one-torch",)),
        Target("step", 1.0, ("keras-tensorflow",), ("one-tensorflow",)),
    ]
    if numpy_of_fastest:
        targets.append(Target("step", numpy_of_fastest, PEERS))
    if best_of_fastest:
        targets.append(Target("step", best_of_fastest, PEERS, OURS))
    return tuple(targets)


EAGER_OPS = (
    "add", "multiply", "maximum", "power", "exp", "tanh", "relu", "clip", "cast", "where", "matmul", "sum", "mean", "max", "argmax", "softmax",
    "reshape", "transpose", "expand_dims", "squeeze", "concatenate", "stack", "split", "take",
)  # fmt: skip


CASES: tuple[Case, ...] = (
    Case(
        name="start/import",
        size="`import keras`",
        what="whole process of `import keras`, beside `import numpy`",
        work="code:import keras",
        measures=WHOLE_PROCESS,
        implementations=("numpy", *ALL),
        repeats=7,
        targets=(Target("wall", 1.5, ("numpy",)),),
    ),
    Case(
        name="start/mlp_binary_script",
        size="1,000 x 20, 20 epochs",
        what="whole process of a beginner's script: data, three Dense layers, fit, evaluate",
        work="script:mlp_binary.py",
        measures=WHOLE_PROCESS,
        repeats=5,
        targets=(Target("wall", 1 / 6, ("keras-jax",)), Target("wall", 0.35, ("keras-jax",), ("one-jax",))),
    ),
    Case(
        name="start/mlp_binary_script_cold",
        size="1,000 x 20, 20 epochs",
        what="the same with no cache of compiled programs from earlier runs",
        work="script:mlp_binary.py",
        measures=WHOLE_PROCESS,
        repeats=5,
        cold=True,
        targets=(Target("wall", 0.5, ("keras-jax",), ("one-jax",)),),
    ),
    Case(
        name="start/import_after_engine",
        size="`import keras`",
        what="what `import keras`, a layer and the engine's choice add to importing the engine itself",
        work="importing:import_after_engine",
        measures=(Measure("added", "added", "s"), Measure("engine", "the engine alone", "s")),
        targets=tuple(Target("added", 0.15, (), (name,)) for name in OURS[1:]),
    ),
    Case(
        name="step/mlp_mnist",
        size="784-512-10, batch 128",
        what="a training step inside `fit`, steady state: Dense, Dropout, softmax, adam, accuracy",
        work="training:fit_steps",
        measures=PER_STEP,
        parameters={"model": "mlp_mnist", "rows": 8192, "batch_size": 128, "epochs": 6},
        needs=("Dense", "Dropout"),
        implementations=ALL + HANDWRITTEN,
        targets=_step_targets(of_keras_jax=0.75, numpy_of_fastest=1.0),
    ),
    Case(
        name="step/mlp_small",
        size="20-64-64-1, batch 32",
        what="a training step inside `fit`, steady state, where the arithmetic is nearly nothing",
        work="training:fit_steps",
        measures=PER_STEP,
        parameters={"model": "mlp_small", "rows": 8192, "batch_size": 32, "epochs": 6},
        needs=("Dense", "Dropout"),
        implementations=ALL + HANDWRITTEN,
        targets=_step_targets(of_keras_jax=0.3),
    ),
    Case(
        name="step/mnist_convnet",
        size="28x28x1, 32-64-128-10, batch 128",
        what="a training step inside `fit`, steady state: two 3x3 convolutions, pooling, two Dense layers",
        work="training:fit_steps",
        measures=PER_STEP,
        parameters={"model": "mnist_convnet", "rows": 1536, "batch_size": 128, "epochs": 4},
        needs=("Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dropout"),
        repeats=2,
        implementations=ALL + HANDWRITTEN,
        targets=_step_targets(of_keras_jax=0.25),
    ),
    Case(
        name="step/cifar_conv_batchnorm",
        size="32x32x3, 32-64-10, batch 64",
        what="a training step inside `fit`, steady state: convolution, batch normalization, relu, pooling, twice",
        work="training:fit_steps",
        measures=PER_STEP,
        parameters={"model": "cifar_conv_batchnorm", "rows": 768, "batch_size": 64, "epochs": 4},
        needs=("Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "GlobalAveragePooling2D", "Dense"),
        repeats=2,
        implementations=ALL + HANDWRITTEN,
        targets=_step_targets(of_keras_jax=0.6, best_of_fastest=1.0),
    ),
    Case(
        name="step/embedding_lstm",
        size="20,000 words, 80 steps, LSTM(128), batch 32",
        what="a training step inside `fit`, steady state: Embedding, LSTM, Dense",
        work="training:fit_steps",
        measures=PER_STEP,
        parameters={"model": "embedding_lstm", "rows": 512, "batch_size": 32, "epochs": 4},
        needs=("Embedding", "LSTM", "Dense"),
        repeats=2,
        implementations=ALL + HANDWRITTEN,
        targets=_step_targets(of_keras_jax=0.8, best_of_fastest=1.0),
    ),
    Case(
        name="predict/one_row",
        size="784-512-10, one row",
        what="`model.predict(x[:1], verbose=0)`, one call",
        work="calls:predict_one_row",
        measures=PER_CALL,
        parameters={"calls": 300},
        needs=("Dense", "Dropout"),
        targets=(
            Target("call", 0.0002),
            Target("call", 0.0003, (), ("one-jax",)),
            Target("call", 0.001, (), ("one-torch",)),
            Target("call", 0.003, (), ("one-tensorflow",)),
        ),
    ),
    Case(
        name="train_on_batch/mlp_small",
        size="20-64-64-1, batch 32",
        what="`model.train_on_batch(x, y)`, one call",
        work="calls:train_on_batch",
        measures=PER_CALL,
        parameters={"calls": 500},
        needs=("Dense", "Dropout"),
    ),
    Case(
        name="fit/tiny_with_validation",
        size="10 rows, 200 epochs",
        what="the first `fit` of a new model with `validation_data`, compilation included",
        work="calls:fit_tiny_with_validation",
        measures=(Measure("fit", "one fit", "s"),),
        parameters={"epochs": 200},
        needs=("Dense",),
    ),
    Case(
        name="build/functional_500_layers",
        size="500 Dense(4)",
        what="building a Functional model, weights included",
        work="calls:build_functional",
        measures=(Measure("build", "one model", "s"),),
        parameters={"length": 500},
        needs=("Dense",),
    ),
    Case(
        name="build/functional_1000_layers",
        size="1,000 Dense(4)",
        what="building a Functional model, weights included",
        work="calls:build_functional",
        measures=(Measure("build", "one model", "s"),),
        parameters={"length": 1000},
        needs=("Dense",),
    ),
    Case(
        name="overhead/empty_model",
        size="1-1, batch 1",
        what="a step of `fit`, `evaluate` and `predict` that computes next to nothing: our own overhead",
        work="calls:empty_model",
        measures=(
            Measure("fit_step", "step of fit", "s"),
            Measure("evaluate_step", "step of evaluate", "s"),
            Measure("predict_step", "step of predict", "s"),
        ),
        parameters={"rows": 1000},
        needs=("Dense",),
    ),
    Case(
        name="overhead/eager_ops",
        size="(4, 8)",
        what="an eager call of an op on a small tensor, beside the array library's own function, and the difference",
        work="eager_ops:overhead",
        measures=tuple(
            Measure(op + key, f"{op}: {label}", "s")
            for op in EAGER_OPS
            for key, label in (("_ours", "ours"), ("_native", "native"), ("", "difference"))
        ),
        parameters={"rounds": 15},
        implementations=("one-numpy", "one-torch", "keras-torch"),
        targets=tuple(Target(op, 3e-6, (), (name,)) for op in EAGER_OPS for name in ("one-numpy", "one-torch")),
    ),
    Case(
        name="memory/thousand_fits",
        size="20-64-64-1, 32 rows",
        what="resident memory gained between the 100th and the 1,000th `fit` of one model",
        work="memory:thousand_fits",
        measures=(
            Measure("growth", "growth", "MB"),
            Measure("after_100", "after 100 fits", "MB"),
            Measure("after_1000", "after 1,000 fits", "MB"),
        ),
        needs=("Dense", "Dropout"),
        repeats=1,
        targets=(Target("growth", 5.0),),
    ),
    Case(
        name="memory/one_copy",
        size="200 MB of float32",
        what="highest resident memory during `fit` on a 200 MB array, less what was resident before",
        work="memory:one_copy",
        measures=(Measure("peak", "above the array", "MB"),),
        parameters={"megabytes": 200},
        needs=("Dense",),
        repeats=1,
        targets=(Target("peak", 220.0),),
    ),
    Case(
        name="install/size",
        size="fresh virtual environment",
        what="`pip install .`: size on disk with all that it needs, packages, and seconds",
        work="install",
        measures=(Measure("megabytes", "on disk", "MB"), Measure("packages", "packages", ""), Measure("seconds", "installing", "s")),
        implementations=("one-numpy", *PEERS),
        repeats=1,
    ),
)


def case_named(name: str) -> Case:
    """The case called `name`."""
    for case in CASES:
        if case.name == name:
            return case
    raise KeyError(f"No benchmark case is called {name!r}. Known: {', '.join(case.name for case in CASES)}.")
