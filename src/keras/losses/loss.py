"""`Loss`, the base of all losses, and the two ways to make one from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from keras.core import config, dtype_policy, naming, tree
from keras.core.configurable import Configurable, serialize
from keras.losses.alignment import as_tensor, mask_of, same_rank
from keras.losses.weighting import reduce_weighted, standardize_reduction
from keras.ops.elementwise import logical_and
from keras.ops.shaping import shape_of

Tensor = Any

_SHARED_ARGUMENTS = """\
        reduction: 'sum_over_batch_size' or 'mean': the mean over the batch (default). 'sum': the sum. 'none' or None: one value per
            sample. 'mean_with_sample_weight': the weighted sum divided by the sum of the weights.
        name: text shown in logs.
        dtype: float dtype in which the loss is computed. Default: the default float.
"""


class Loss(Configurable):
    """A number that says how far predictions are from targets; training makes it smaller.

    loss = reduction(sample_weight * call(y_true, y_pred))

    A subclass writes `call(y_true, y_pred)`, which returns one value per sample.

    Arguments:
        name: text shown in logs. Default: the class name in snake case.
        reduction: 'sum_over_batch_size' or 'mean': the mean over the batch (default). 'sum': the sum. 'none' or None: one value per
            sample. 'mean_with_sample_weight': the weighted sum divided by the sum of the weights.
        dtype: float dtype in which the loss is computed. Default: the default float.
    Raises: ValueError if `reduction` is none of these, or if the weights do not fit the values.
    Example:
        >>> from keras import ops
        >>> class LargestError(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.max(ops.abs(y_true - y_pred), axis=-1)
        >>> float(LargestError()([[0.0, 1.0], [0.0, 0.0]], [[0.0, 3.0], [4.0, 0.0]]))
        3.0

    Source: keras.losses.Loss of Keras 3.
    """

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None) -> None:
        self.name = name or naming.auto_name(naming.to_snake_case(type(self).__name__))
        self.reduction = standardize_reduction(reduction)
        self._dtype: str = dtype_policy.get(dtype or config.floatx()).compute_dtype

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One loss value per sample. To be written by subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__}.call is not written. Write def call(self, y_true, y_pred): ... returning one value per sample."
        )

    @property
    def dtype(self) -> str:
        """The dtype in which the loss is computed."""
        return self._dtype

    def _converted_targets(self, y_true: Any) -> Tensor:
        return _as_tensors(y_true, self.dtype)

    def _target_mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        """Which targets count, None for all."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss.

        Arguments:
            y_true: targets, a tensor or a nest of tensors, cast to the loss's dtype.
            y_pred: predictions, cast alike; a mask that a layer left on them is counted in.
            sample_weight: one weight per sample or per value; None: all 1.
        Returns: scalar tensor, or one value per sample with reduction None.
        """
        mask = mask_of(y_pred)
        y_pred = _as_tensors(y_pred, self.dtype)
        y_true = self._converted_targets(y_true)
        losses = self.call(y_true, y_pred)
        for other in (mask_of(losses), self._target_mask(y_true, y_pred)):
            if other is not None:
                mask = other if mask is None else logical_and(*same_rank(mask, other))
        return reduce_weighted(losses, sample_weight, mask, self.reduction, self.dtype)

    def _base_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal loss; the default dtype is left out, as in Keras 3."""
        found = super().get_config()
        if self.dtype != config.floatx():
            found["dtype"] = self.dtype
        else:
            found.pop("dtype", None)
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, reduction={self.reduction!r}>"


def _as_tensors(nest: Any, dtype: str) -> Any:
    return tree.map_structure(lambda x: as_tensor(x, dtype), nest) if _is_nest_of_tensors(nest) else as_tensor(nest, dtype)


def _is_nest_of_tensors(x: Any) -> bool:
    """Whether `x` holds several tensors; a list of numbers (or of lists of numbers) is one."""
    if isinstance(x, dict):
        return True
    return isinstance(x, (list, tuple)) and any(hasattr(leaf, "shape") and len(shape_of(leaf)) > 0 for leaf in tree.leaves(x))


class LossFunctionWrapper(Loss):
    """The loss of a function of (y_true, y_pred).

    Arguments:
        fn: function of (y_true, y_pred, **kwargs) that returns one value per sample. Targets and predictions of shapes (n,) and (n, 1)
            reach it with one shape, so that subtracting them cannot make an (n, n) table.
        kwargs: passed on to `fn`.
    Example:
        >>> loss = LossFunctionWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="distance")
        >>> float(loss([1.0, 2.0], [[2.0], [4.0]]))
        1.5
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """What the function returns."""
        if not isinstance(y_true, (list, tuple, dict)) and not isinstance(y_pred, (list, tuple, dict)):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """The function's name and what is passed on to it."""
        return {**super().get_config(), **serialize(self._fn_kwargs)}


class FunctionLoss(Loss):
    """Base of the library's losses: `function` with those of its arguments that the constructor takes.

    The argument descriptions of a subclass are those of its function, so each is written once.
    """

    function: ClassVar[Callable[..., Any]]
    integer_targets: ClassVar[bool] = False  # class indices are not cast to the loss's dtype
    _options: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        constructor = inspect.signature(cls.__init__).parameters
        cls._options = tuple(name for name in list(inspect.signature(cls.function).parameters)[2:] if name in constructor)
        cls.__doc__ = _with_arguments(cls.__doc__ or "", cls.function.__doc__ or "", cls._options)

    def _converted_targets(self, y_true: Any) -> Tensor:
        return as_tensor(y_true) if self.integer_targets else super()._converted_targets(y_true)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One value per sample."""
        return type(self).function(y_true, y_pred, **{name: getattr(self, name) for name in self._options})


def _with_arguments(docstring: str, function_docstring: str, names: tuple[str, ...]) -> str:
    """`docstring` with a section of arguments in front of its example: those of the function that the class takes, and the shared ones."""
    head, mark, example = docstring.rstrip().partition("    Example:\n")
    source = "".join(line + "\n" for line in function_docstring.splitlines() if line.startswith("    Source:"))
    lines: list[str] = []
    keep = False
    for line in function_docstring.splitlines():
        entry = line.startswith("        ") and not line.startswith("            ")
        if entry or not line.startswith("        "):
            keep = entry and line.strip().split(":")[0] in names
        if keep:
            lines.append(line + "\n")
    return f"{head.rstrip()}\n\n    Arguments:\n{''.join(lines)}{_SHARED_ARGUMENTS}{mark}{example}\n\n{source}    "
