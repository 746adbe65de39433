"""The first look at the data: what is cheap to see on the host before the first step, said in the words of the data checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras.core import errors, tree
from keras.core.dims import BATCH
from keras.losses.loss import Loss
from keras.training.data import checks as data_checks
from keras.training.data import input_checks
from keras.training.data.array_adapter import ArrayAdapter
from keras.training.data.base import DataAdapter, LeafSpec
from keras.training.objectives import flat_outputs, names_of, per_output, targets_of

_LABELS_READ = 1 << 22
"""At most this many labels are checked before the first epoch."""


def suggested_loss(model: Any) -> str:
    """The loss that usually goes with the model's last activation."""
    activation = last_activation(model)
    return {"softmax": "sparse_categorical_crossentropy", "sigmoid": "binary_crossentropy"}.get(activation or "", "mse")


def last_activation(model: Any) -> str | None:
    """The name of the activation that makes the model's output, None if it cannot be told."""
    layers = getattr(model, "layers", None)
    if not layers:
        return None
    last = layers[-1]
    if hasattr(last, "layers"):
        return last_activation(last)
    activation = getattr(last, "activation", None)
    if activation is None:
        return type(last).__name__.lower() if type(last).__name__ in ("Softmax",) else None
    return getattr(activation, "__name__", None)


def check_names(model: Any, x: Any) -> None:
    """A dict of data must have the model's inputs, a list as many arrays as there are inputs."""
    names = getattr(model, "input_names", None) if model.built else None
    if names is None:
        return
    wanted = model.input
    if isinstance(x, dict):
        input_checks.check_input_names(x, list(wanted) if isinstance(wanted, dict) else names)
    elif isinstance(x, (list, tuple)) and x and all(isinstance(a, np.ndarray) for a in x):
        input_checks.check_input_count(x, len(names))


def example_batch(adapter: DataAdapter) -> Any:
    """A batch like those to come: the first rows of arrays, zeros for data that must not be read twice."""
    if isinstance(adapter, ArrayAdapter):
        return adapter.gather(slice(0, min(adapter.batch_size or 1, adapter.num_samples or 1)))
    if adapter.first_batch is not None:
        batch, adapter.first_batch = adapter.first_batch, None
        return batch
    return tuple(
        tree.map_structure(lambda s: np.zeros([1 if n is None else n for n in s.shape], s.dtype) if isinstance(s, LeafSpec) else s, part)
        for part in adapter.structure
    )


def check_input_shapes(model: Any, x: Any, phase: str = "fit", kind: str = "data") -> None:
    """Raise a ValueError with the likely cause if an input cannot fit the model's."""
    symbols = getattr(model, "inputs", None) if model.built and hasattr(model, "input_names") else None
    if not symbols:
        return
    by_name = isinstance(x, dict) and not isinstance(model.input, dict) and len(x) > 1
    arrays = tree.flatten([x[k] for k in model.input_names] if by_name else x)
    if len(arrays) != len(symbols):
        return
    for array, symbol in zip(arrays, symbols, strict=True):
        if array is None:
            continue
        expected = tuple(None if n is BATCH else s for n, s in zip(symbol.dims, symbol.shape, strict=True))
        shape = np.shape(array)
        squeezable = (
            len(shape) == len(expected) + 1 and shape[-1] == 1 or len(shape) == len(expected) - 1 and expected and expected[-1] == 1
        )
        if not squeezable and not input_checks.fits((None, *shape[1:]), expected):
            hint = input_checks.explain_input_shape(shape, expected, phase=phase, kind=kind)
            raise ValueError(
                hint
                or f"{phase}: x has shape {shape}, but the model {model.name!r} expects {expected}. Reshape the data, or declare its shape in keras.Input(shape=...)."
            )


def check_ids(model: Any, x: Any) -> None:
    """Raise a ValueError if an id is outside of the table of the Embedding that looks it up."""
    if not model.built or not hasattr(model, "input_names"):
        return
    network = model if hasattr(model, "_nodes_of_inputs") else getattr(model, "_functional", None)
    tables = network._nodes_of_inputs() if network is not None else ()
    if not tables:
        return
    arrays = tree.flatten({k: x[k] for k in model.input_names} if isinstance(x, dict) and not isinstance(model.input, dict) else x)
    for position, layer in tables:
        if type(layer).__name__ == "Embedding" and len(arrays) > position and arrays[position] is not None:
            data_checks.check_embedding_ids(arrays[position], layer.input_dim, model.input_names[position], layer.name)


def has_tables(model: Any) -> bool:
    """Whether ids of the model's inputs are looked up in tables."""
    network = model if hasattr(model, "_nodes_of_inputs") else getattr(model, "_functional", None)
    return network is not None and any(type(layer).__name__ == "Embedding" for _, layer in network._nodes_of_inputs())


def all_inputs(adapter: DataAdapter, first: Any) -> Any:
    """All inputs of arrays in memory, if they are not too many; else those of the first batch."""
    return _all(adapter, first, 0)


def check_targets(model: Any, losses: Any, adapter: DataAdapter, y: Any, outputs: Any, lint: tuple[str, ...] | None = None) -> None:
    """Labels in range, one-hot or not as the loss wants, shapes that fit: before any state changes.

    Arguments:
        model, losses, adapter: what is trained, how, and on what. y: the targets of one batch.
        outputs: nest of symbols, the model's outputs, or None if they are not known.
        lint: names of the metrics, to look for what is allowed and seldom meant as well; None looks for errors only.
    """
    if losses is None or y is None or outputs is None:
        return
    names = names_of(outputs, getattr(model, "output_names", None))
    chosen = per_output("loss", losses.given, names, spread=True)
    targets = targets_of(y, outputs, names)
    everything = targets_of(_all(adapter, y, 1), outputs, names)
    activation = last_activation(model) if len(names) == 1 else None
    for loss, target, output in zip(chosen, everything, flat_outputs(outputs), strict=True):
        name, from_logits, ignored = loss_facts(loss)
        if name is None or target is None:
            continue
        data_checks.check_targets(name, target, tuple(output.shape), from_logits=from_logits, ignore_class=ignored)
        for text in (
            data_checks.lint_targets(name, target, tuple(output.shape), activation, from_logits=from_logits) if lint is not None else ()
        ):
            errors.warn(text)
    for text in data_checks.lint_metrics(lint, targets[0]) if lint and len(names) == 1 and targets[0] is not None else ():
        errors.warn(text)


def check_epochs(epochs: Any, initial_epoch: Any, validation_freq: Any) -> None:
    """Raise a ValueError unless these are whole numbers, or for `validation_freq` epochs."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if not hasattr(value, "__index__") or value < 0:
            raise ValueError(f"fit({name}): got {value!r}. Accepted: an integer >= 0. Write {name}=10.")
    if not hasattr(validation_freq, "__contains__") and (not hasattr(validation_freq, "__index__") or validation_freq < 1):
        raise ValueError(
            f"fit(validation_freq): got {validation_freq!r}. Accepted: an integer >= 1, or a list of epochs such as [1, 5, 10]."
        )


def no_gradient_text(model: Any, variables: Any, loss: Any) -> str:
    """What to say when the loss does not depend on any weight."""
    names = ", ".join(repr(v.path) for v in variables[:3]) + (", ..." if len(variables) > 3 else "")
    what = getattr(loss, "__name__", None) or loss
    return (
        f"{model.name!r}: no gradient of the loss {what!r} reaches the weights {names}, so nothing would be learned. It uses an op without a "
        "gradient (round, argmax, a comparison, a cast to integers), numbers taken out of the tensors (NumPy), or the model's outputs not at all. "
        "Write it with keras.ops, for example keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)."
    )


def loss_facts(loss: Any) -> tuple[str | None, bool, int | None]:
    """(name, from_logits, ignore_class) of a compiled loss; no name for a user's own."""
    if isinstance(loss, str):
        return loss, False, None
    if isinstance(loss, Loss) and type(loss).__module__.startswith("keras."):
        config = loss.get_config()
        return data_checks.snake_name(type(loss).__name__), bool(config.get("from_logits", False)), config.get("ignore_class")
    name = getattr(loss, "__name__", None)
    return (name, False, None) if str(getattr(loss, "__module__", None)).startswith("keras.") else (None, False, None)


def _all(adapter: DataAdapter, first: Any, part: int) -> Any:
    """All inputs (part 0) or targets (1) of arrays in memory, if they are not too many; else those of the first batch."""
    if isinstance(adapter, ArrayAdapter) and adapter.num_samples:
        sizes = [np.size(a) // max(len(a), 1) for a in tree.leaves(first) if a is not None and np.ndim(a)]
        if sum(sizes) * adapter.num_samples <= _LABELS_READ:
            return adapter.gather(slice(0, adapter.num_samples))[part]
    return first


def warn_about_split(y: Any, validation_data: Any) -> None:
    """Warn if the last part of sorted data became the validation set."""
    if y is None or validation_data is None or tree.is_nested(y):
        return
    text = data_checks.lint_validation_labels(y, validation_data[1])
    if text:
        errors.warn(text)


def warn_about_nan(adapter: DataAdapter, epoch: int, steps: int) -> None:
    """Warn with the likely cause when the loss is not a finite number."""
    arrays: dict[str, Any] = {}
    if isinstance(adapter, ArrayAdapter):
        triple = adapter.gather(slice(0, adapter.num_samples))
        arrays = {name: part for name, part in zip(("x", "y", "sample_weight"), triple, strict=True) if part is not None}
    errors.warn(data_checks.describe_nan_loss((epoch + 1) * steps, arrays))
