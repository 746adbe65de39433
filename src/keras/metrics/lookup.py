"""Metrics by name: today's names, and the spellings of every generation."""

from __future__ import annotations

import importlib
from typing import Any

from keras.core import naming
from keras.core.registry import Registry
from keras.losses import lookup as losses
from keras.metrics.metric import Metric

_CLASSES = {
    "metric": "Metric",
    "reduction": "Mean Sum MeanMetricWrapper",
    "accuracy": (
        "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy SparseTopKCategoricalAccuracy"
    ),
    "from_losses": (
        "MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError RootMeanSquaredError LogCoshError "
        "CosineSimilarity KLDivergence Poisson BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Hinge SquaredHinge "
        "CategoricalHinge"
    ),
    "confusion": "TruePositives TrueNegatives FalsePositives FalseNegatives Precision Recall",
    "curve": "AUC SensitivityAtSpecificity SpecificityAtSensitivity PrecisionAtRecall RecallAtPrecision",
    "iou": "IoU BinaryIoU MeanIoU OneHotIoU OneHotMeanIoU",
    "scores": "F1Score FBetaScore R2Score",
    "correlation": "PearsonCorrelation ConcordanceCorrelation",
}
_FUNCTIONS = {
    "accuracy": (
        "binary_accuracy categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy sparse_top_k_categorical_accuracy"
    ),
    "correlation": "pearson_correlation concordance_correlation",
}
_LOSS_FUNCTIONS = (
    "binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy categorical_hinge hinge huber "
    "kl_divergence log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson "
    "sparse_categorical_crossentropy squared_hinge cosine_similarity"
)
ALIASES = {
    "acc": "Accuracy", "mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError", "bce": "BinaryCrossentropy", "kld": "KLDivergence",
    "MSE": "MeanSquaredError", "MAE": "MeanAbsoluteError", "MAPE": "MeanAbsolutePercentageError",
    "MSLE": "MeanSquaredLogarithmicError", "BCE": "BinaryCrossentropy", "KLD": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence", "logcosh": "LogCoshError", "log_cosh": "LogCoshError", "fbeta_score": "FBetaScore",
    "rmse": "RootMeanSquaredError",
}  # fmt: skip

FUNCTIONS = {name: f"keras.metrics.{module}:{name}" for module, names in _FUNCTIONS.items() for name in names.split()}
FUNCTIONS.update({name: losses.TABLE[name] for name in _LOSS_FUNCTIONS.split()})
TABLE = {name: f"keras.metrics.{module}:{name}" for module, names in _CLASSES.items() for name in names.split()}
TABLE.update({naming.to_snake_case(name): target for name, target in list(TABLE.items())})
TABLE.update({alias: TABLE[name] for alias, name in ALIASES.items()})
TABLE.update({name: target for name, target in FUNCTIONS.items() if name not in TABLE})
TABLE["cosine_proximity"] = TABLE["cosine"] = losses.TABLE["cosine_similarity"]  # minus the cosine, as in Keras 1 and 2

registry = Registry("metrics", TABLE, Metric)


def get(identifier: Any) -> Any:
    """The metric for a name, a config, a class, a function or a metric; None stays None.

    Arguments:
        identifier: a name in the spelling of a class ('MeanSquaredError'), of a function ('mean_squared_error') or short ('mse') gives a
            new metric, a config what it describes; a function or a metric comes back as it is.
    Returns: a `Metric`, or a function of (y_true, y_pred).
    Raises: ValueError if the name is not known.
    Example:
        >>> get("mse").name
        'mean_squared_error'

    Source: keras.metrics.get of Keras 3.
    """
    return registry.get(identifier)


def function(name: str) -> Any:
    """The function of that name, for configs that hold one."""
    target = FUNCTIONS.get(name)
    if target is None:
        return registry.find(name)
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def serialize(metric: Any) -> Any:
    """The config of a metric, or the name of a function.

    Example:
        >>> serialize(get("mse"))["class_name"]
        'MeanSquaredError'
    """
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The metric of a config or a name; `custom_objects` adds names for this one.

    Example:
        >>> deserialize(serialize(get("mse"))).name
        'mean_squared_error'
    """
    return registry.deserialize(config, custom_objects)
