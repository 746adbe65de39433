"""What can be wrong with the first batch, told on the host from arrays and plain facts, before it costs an hour of training.

`check_*` raise ValueError, `lint_*` return warnings, `describe_*` and `explain_*` return a text or None.
Facts about the model are plain values: the name of the loss, the name of the last activation, the shape of the output.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from keras.training.data.convert import is_lazy_array, is_sparse, join_number_lists, to_array
from keras.training.data.input_checks import Shape, fits, shape_text
from keras.training.data.nest import named_leaves

_SAME_SHAPE_LOSSES = {
    "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
    "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy",
    "huber", "log_cosh", "poisson", "kl_divergence", "hinge", "squared_hinge", "categorical_hinge", "cosine_similarity",
}  # fmt: skip
_ALIASES = {
    "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "logcosh": "log_cosh", "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence", "huber_loss": "huber", "cosine_proximity": "cosine_similarity",
}  # fmt: skip
_SPARSE = "sparse_categorical_crossentropy"
_CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy")
_PROBABILITY_LOSSES = (*_CATEGORICAL, _SPARSE, "binary_crossentropy", "binary_focal_crossentropy")
_ROWS_PER_SCAN = 65_536


def snake_name(name: str) -> str:
    """The function-style name of a loss or metric: `MeanSquaredError` and `mse` are both `mean_squared_error`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return _ALIASES.get(snake, snake)


# Values


def describe_nonfinite(arrays: Mapping[str, Any]) -> str | None:
    """How many NaN and infinite values the arrays hold and where the first one is, or None if there are none.

    Arguments:
        arrays: name -> array-like, or nest of array-likes.
    Example:
        >>> describe_nonfinite({"x": np.array([[1.0, 2.0], [3.0, np.nan]])})
        'x has 1 NaN (row 1, column 1)'
    """
    named = [pair for prefix, part in arrays.items() for pair in _leaves(prefix, part)]
    texts = [text for name, leaf in named if leaf is not None and (text := _nonfinite_in(leaf, name))]
    return "; ".join(texts) or None


def _leaves(prefix: str, part: Any) -> Iterable[tuple[str, Any]]:
    return named_leaves(join_number_lists(part, prefix), prefix)


def _nonfinite_in(leaf: Any, name: str) -> str | None:
    nans = infinite = 0
    first: tuple[int, ...] | None = None
    for start, rows in _row_parts(leaf, name):
        # The sum is finite if all values are, and costs no memory.
        with np.errstate(all="ignore"):
            if rows.dtype.kind not in "fcV" or np.isfinite(rows.sum(dtype=np.complex128 if rows.dtype.kind == "c" else np.float64)):
                continue
        is_nan, is_infinite = np.isnan(rows), np.isinf(rows)
        nans, infinite = nans + int(is_nan.sum()), infinite + int(is_infinite.sum())
        if first is None and (is_nan | is_infinite).any():
            index = np.unravel_index(int(np.argmax(is_nan | is_infinite)), rows.shape)
            first = (start + int(index[0]), *(int(i) for i in index[1:]))
    counts = [text for number, text in ((nans, f"{nans} NaN"), (infinite, f"{infinite} infinite")) if number]
    return f"{name} has {' and '.join(counts)} ({_place(first)})" if first is not None else None


def _row_parts(leaf: Any, name: str) -> Iterable[tuple[int, np.ndarray]]:
    """The leaf in parts that are small enough to scan; sparse matrices show their stored values only."""
    if is_sparse(leaf):
        leaf = leaf.tocoo()
        bad = ~np.isfinite(leaf.data)
        if bad.any():
            first = int(np.argmax(bad))
            row = np.zeros((1, leaf.shape[1]), leaf.data.dtype)
            row[0, leaf.col[first]] = leaf.data[first]
            yield int(leaf.row[first]), row
        return
    array = leaf if is_lazy_array(leaf) else to_array(leaf, name)
    if len(array.shape) == 0:
        array = np.reshape(array, (1,))
    for start in range(0, array.shape[0], _ROWS_PER_SCAN):
        yield start, np.asarray(array[start : start + _ROWS_PER_SCAN])


def _place(index: tuple[int, ...] | None) -> str:
    index = index or ()
    if len(index) <= 2:
        return ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), index, strict=False))
    return f"row {index[0]}, position {index[1:]}"


def describe_nan_loss(step: int, arrays: Mapping[str, Any], gradient_growth: float | None = None) -> str:
    """Why the loss became NaN at a step: bad values in the data if there are any, else the scale of the data.

    Arguments:
        step: number of the step, from 1.
        arrays: name -> array-like, or nest of array-likes; x, y and sample_weight.
        gradient_growth: factor by which the gradient's norm grew over the last steps, if known.
    """
    found = describe_nonfinite(arrays)
    if found:
        return f"The loss is NaN at step {step}: {found}. Remove or replace these values, for example with np.nan_to_num."
    ranges = []
    for prefix, part in arrays.items():
        for name, leaf in _leaves(prefix, part):
            if leaf is not None and not is_sparse(leaf) and (array := to_array(leaf, name)).size and array.dtype.kind in "biuf":
                ranges.append(f"{name} ranges {_number(array.min())}..{_number(array.max())}")
    growth = f", and the gradient grew {gradient_growth:.0e} times over the last steps" if gradient_growth else ""
    return (
        f"The loss is NaN at step {step}. The data holds no NaN; {'; '.join(ranges)}{growth}. "
        "Scale x (for example with a Normalization layer) or lower the learning rate."
    )


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


# Labels


def check_labels(y: Any, num_classes: int, ignore_class: int | None = None, name: str = "y") -> None:
    """Raises ValueError if a class number in `y` has no output, which some engines pass over in silence.

    Arguments:
        y: array-like of class numbers.
        num_classes: int > 0, size of the output's class axis.
        ignore_class: class number that the loss leaves out, or None.
        name: how the message calls `y`.
    Example:
        >>> check_labels([0, 1, 2], num_classes=3)
    """
    labels = to_array(y, name)
    if labels.dtype.kind not in "biuf" or not labels.size:
        return
    if ignore_class is not None:
        labels = labels[labels != ignore_class]
    if not labels.size or not np.isfinite(low := float(labels.min())) or not np.isfinite(high := float(labels.max())):
        return
    if low >= 0 and high < num_classes:
        return
    one_based = low == 1 and high == num_classes
    remedy = (
        f"Subtract 1 ({name} - 1) or use Dense({int(high) + 1})"
        if one_based
        else f"Use Dense({int(high) + 1})"
        if low >= 0
        else "Class numbers begin at 0"
    )
    raise ValueError(
        f"{name}: labels are {_number(low)}..{_number(high)} but the model has {num_classes} outputs (0..{num_classes - 1}). {remedy}."
    )


def check_embedding_ids(ids: Any, input_dim: int, name: str = "x", layer: str = "Embedding") -> None:
    """Raises ValueError if an id is outside the table of an Embedding layer."""
    array = to_array(ids, name)
    if array.dtype.kind not in "biuf" or not array.size:
        return
    low, high = float(array.min()), float(array.max())
    if low < 0:
        raise ValueError(f"{name} holds the id {_number(low)}, but ids of {layer!r} begin at 0.")
    if high >= input_dim:
        raise ValueError(
            f"{name} holds the id {_number(high)}, which is not below input_dim={input_dim} of {layer!r}. "
            f"Use input_dim={int(high) + 1} (len(vocabulary) + 1 where 0 is padding)."
        )


def is_one_hot(y: np.ndarray) -> bool:
    """Whether every row of `y` along the last axis is all 0 but for a single 1."""
    if y.ndim < 2 or y.shape[-1] < 2 or not y.size or y.dtype.kind not in "biuf":
        return False
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=-1) == 1))


def lint_validation_labels(y_train: Any, y_validation: Any) -> str | None:
    """A warning if the last part of sorted data was split off: the validation part lacks the classes of the training part.

    Example:
        >>> lint_validation_labels([0, 0, 1, 1], [2, 2])
        'The validation part contains only class 2; the data seems to be sorted. Shuffle x and y before validation_split.'
    """
    classes, validation = _classes(y_train), _classes(y_validation)
    if classes is None or validation is None or len(classes) < 2:
        return None
    unseen = np.setdiff1d(validation, classes)
    if len(validation) == 1 and (len(classes) > 2 or len(unseen)):
        what = f"only class {validation[0]}"
    elif len(unseen):
        what = f"class {', '.join(map(str, unseen[:5].tolist()))}, which the training part lacks"
    else:
        return None
    return f"The validation part contains {what}; the data seems to be sorted. Shuffle x and y before validation_split."


def _classes(y: Any) -> np.ndarray | None:
    """The class numbers that occur, or None if `y` does not look like classes."""
    array = to_array(y, "y")
    if is_one_hot(array):
        return np.flatnonzero(array.reshape(-1, array.shape[-1]).any(axis=0))
    if array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 1) or array.dtype.kind not in "biuf" or len(array) < 2:
        return None
    values = np.unique(array)
    whole = array.dtype.kind in "biu" or (np.isfinite(values).all() and np.array_equal(values, np.rint(values)))
    # Whole numbers with a new value in every other row are counts or amounts, not classes.
    return values.astype(np.int64) if whole and len(values) <= max(2, len(array) // 2) else None


# Targets, loss and output


def check_targets(loss: str, y: Any, output_shape: Shape, from_logits: bool = False, ignore_class: int | None = None) -> None:
    """Raises ValueError if the shape or the labels of the targets do not go with the loss and the output.

    Arguments:
        loss: name of the loss, as function or class.
        y: targets of one batch (or all), array-like.
        output_shape: shape of the model's output, the batch first; unknown sizes are None.
        from_logits: whether the loss takes logits.
        ignore_class: of the sparse loss.
    """
    loss, array = snake_name(loss), to_array(y, "y")
    if len(output_shape) == 0 or array.ndim == 0 or array.dtype.kind not in "biuf":
        return
    shape, classes = (None, *array.shape[1:]), output_shape[-1]
    if loss in _CATEGORICAL and classes == 1:
        raise ValueError(
            f"loss={loss!r} with one output unit is always 0, so nothing would be learned. Use loss='binary_crossentropy' with "
            "Dense(1, activation='sigmoid'), or one unit per class with softmax."
        )
    if loss == _SPARSE:
        if len(shape) == len(output_shape) and shape[-1] == classes and classes != 1 and is_one_hot(array):
            raise ValueError(
                f"The targets are one-hot rows of shape {shape_text(shape)}, but loss={loss!r} takes class numbers. "
                "Use loss='categorical_crossentropy', or y.argmax(-1)."
            )
        if classes is not None and fits(shape[:-1] if len(shape) == len(output_shape) else shape, output_shape[:-1]):
            check_labels(array, classes, ignore_class)
        return
    if loss not in _SAME_SHAPE_LOSSES or _compatible(shape, output_shape):
        return
    if loss in _CATEGORICAL and _is_label_shape(shape, output_shape):
        raise ValueError(
            f"The targets have shape {shape_text(shape)}, but loss={loss!r} takes one-hot rows of {classes} classes. "
            f"Use loss='sparse_categorical_crossentropy' for class numbers, or y = keras.utils.to_categorical(y, {classes})."
        )
    raise ValueError(_shape_mismatch_text(loss, array, shape, output_shape))


def _shape_mismatch_text(loss: str, y: np.ndarray, shape: Shape, output_shape: Shape) -> str:
    shapes = f"The targets have shape {shape_text(shape)} and the output has {shape_text(output_shape)}"
    text = f"{shapes}, but loss={loss!r} needs equal shapes. "
    if loss.startswith("binary") and output_shape[-1] == 1 and is_one_hot(y):
        return text + (
            f"The targets are one-hot rows of {shape[-1]} classes: use Dense({shape[-1]}, activation='softmax') with "
            "loss='categorical_crossentropy' (for flow_from_directory, or class_mode='binary')."
        )
    if len(shape) == len(output_shape) and shape[-1] != output_shape[-1]:
        return text + f"Use Dense({shape[-1]}) as the last layer, or targets with {output_shape[-1]} columns."
    if _is_label_shape(shape, output_shape):
        return text + "Use Dense(1) as the last layer, or, for class numbers, loss='sparse_categorical_crossentropy'."
    return text + "Reshape y, or add a layer such as Flatten or Reshape at the end."


def _is_label_shape(shape: Shape, output_shape: Shape) -> bool:
    """Whether targets of this shape hold one number where the output has a row."""
    squeezed = shape[:-1] if len(shape) == len(output_shape) and shape[-1] == 1 else shape
    return fits(squeezed, output_shape[:-1])


def _compatible(shape: Shape, output_shape: Shape) -> bool:
    """Equal shapes, or ranks that differ by one axis of size 1 at the end."""
    if len(shape) == len(output_shape) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif len(shape) + 1 == len(output_shape) and output_shape[-1] in (1, None):
        output_shape = output_shape[:-1]
    return fits(shape, output_shape)


def lint_targets(loss: str, y: Any, output_shape: Shape, activation: str | None, from_logits: bool = False) -> list[str]:
    """Warnings about an output activation that does not go with the loss or the targets.

    Arguments:
        loss, y, output_shape, from_logits: see `check_targets`.
        activation: name of the last activation; "linear" if there is surely none, None if that is not known.
    """
    loss, array = snake_name(loss), to_array(y, "y")
    units = output_shape[-1] if len(output_shape) else None
    found = []
    if activation == "softmax" and units == 1:
        found.append("A softmax over one unit is always 1. Use Dense(1, activation='sigmoid').")
    if loss in _PROBABILITY_LOSSES:
        found += _lint_probabilities(loss, array, activation, units, from_logits)
    elif array.size and array.dtype.kind in "biuf" and (loss.startswith("mean_") or loss in ("huber", "log_cosh")):
        low, high = float(array.min()), float(array.max())
        reach = {"relu": (0.0, math.inf), "softplus": (0.0, math.inf), "sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}
        least, most = reach.get(activation or "", (-math.inf, math.inf))
        if low < least or high > most:
            found.append(
                f"The targets range {_number(low)}..{_number(high)}, but the last activation {activation!r} only reaches "
                f"{_number(least)}..{_number(most)}. Use a last layer without activation."
            )
    return found


def _lint_probabilities(loss: str, y: np.ndarray, activation: str | None, units: int | None, from_logits: bool) -> list[str]:
    name = "".join(word.title() for word in loss.split("_"))
    if loss.startswith("binary") and activation == "softmax" and is_one_hot(y):
        return [
            "binary_crossentropy with softmax and one-hot targets: use loss='categorical_crossentropy'. "
            "Binary accuracy counts every 0 of a row as a success and would be misleading."
        ]
    if from_logits and activation in ("softmax", "sigmoid"):
        return [f"The output already went through {activation}, but the loss has from_logits=True. Remove one of the two."]
    if not from_logits and activation == "linear":
        end = "sigmoid" if loss.startswith("binary") or units == 1 else "softmax"
        return [f"The outputs are logits (no activation). Use loss={name}(from_logits=True), or activation={end!r} in the last layer."]
    if not from_logits and activation in ("relu", "tanh"):
        end = "sigmoid" if loss.startswith("binary") or units == 1 else "softmax"
        return [f"The last activation {activation!r} gives no probabilities, which {loss} needs. Use activation={end!r}."]
    return []


def lint_metrics(metrics: Iterable[str], y: Any) -> list[str]:
    """A warning if accuracy is asked for targets that are real numbers."""
    array = to_array(y, "y")
    names = {snake_name(metric) for metric in metrics} & {"accuracy", "acc", "binary_accuracy", "categorical_accuracy"}
    if not names or array.dtype.kind != "f" or not array.size or array.min() >= 0 and array.max() <= 1:
        return []
    if np.array_equal(array, np.rint(array)):
        return []
    return [f"{min(names)!r} counts exact matches, and the targets are real numbers, so it stays near 0. Use metrics=['mae']."]
