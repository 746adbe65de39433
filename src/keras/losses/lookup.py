"""Losses by name: today's names, and the spellings of every generation."""

from __future__ import annotations

from typing import Any

from keras.core.registry import Registry
from keras.losses.loss import Loss

_FUNCTIONS = {
    "regression": (
        "mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error "
        "huber log_cosh cosine_similarity"
    ),
    "crossentropy": "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy",
    "focal": "binary_focal_crossentropy categorical_focal_crossentropy categorical_generalized_cross_entropy",
    "divergence": "kl_divergence poisson",
    "margin": "hinge squared_hinge categorical_hinge",
    "overlap": "dice tversky",
    "embedding": "circle",
    "sequence": "ctc",
}
_CLASSES = {
    "loss": "Loss LossFunctionWrapper",
    "regression": (
        "MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError Huber LogCosh CosineSimilarity"
    ),
    "crossentropy": "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy",
    "focal": "BinaryFocalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy",
    "divergence": "KLDivergence Poisson",
    "margin": "Hinge SquaredHinge CategoricalHinge",
    "overlap": "Dice Tversky",
    "embedding": "Circle",
    "sequence": "CTC",
}
ALIASES = {
    "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "kld": "kl_divergence",
    "MSE": "mean_squared_error", "MAE": "mean_absolute_error", "MAPE": "mean_absolute_percentage_error",
    "MSLE": "mean_squared_logarithmic_error", "BCE": "binary_crossentropy", "KLD": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence", "logcosh": "log_cosh", "huber_loss": "huber",
    "cosine_proximity": "cosine_similarity", "cosine": "cosine_similarity",
}  # fmt: skip
"""Short and old names of functions. `cosine_proximity` of Keras 1 and 2 is minus the cosine, as `cosine_similarity` is today."""

TABLE = {
    name: f"keras.losses.{module}:{name}" for table in (_FUNCTIONS, _CLASSES) for module, names in table.items() for name in names.split()
}
TABLE.update({alias: TABLE[name] for alias, name in ALIASES.items()})

registry = Registry("losses", TABLE, Loss)


def get(identifier: Any) -> Any:
    """The loss for a name, a config, a class, a function or a loss; None stays None.

    Arguments:
        identifier: the name of a function ('mse', 'mean_squared_error') gives the function, the name of a class an instance with its
            defaults, a config what it describes; a function or a loss comes back as it is.
    Returns: a function of (y_true, y_pred), or a `Loss`.
    Raises: ValueError if the name is not known.
    Example:
        >>> get("mse").__name__
        'mean_squared_error'

    Source: keras.losses.get of Keras 3.
    """
    return registry.get(identifier)


def serialize(loss: Any) -> Any:
    """The config of a loss, or the name of a function.

    Example:
        >>> serialize(get("mse"))
        'mean_squared_error'
    """
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The loss of a config or a name; `custom_objects` adds names for this one.

    Example:
        >>> deserialize(serialize(get("MeanSquaredError"))).name
        'mean_squared_error'
    """
    return registry.deserialize(name, custom_objects)
