"""What a model does with its state given from outside: loss and updates as pure functions, the whole state as nested dicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keras.core import engine
from keras.core.state import StateScope
from keras.core.variable import Variable
from keras.layers.layer import Layer

_GROUPS = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")


class StatefulModel(Layer):
    """The part of `Model` that gives its state out and takes it in."""

    def _variables_of(self, group: str) -> list[Variable]:
        if group == "optimizer_variables":
            optimizer = getattr(self, "optimizer", None)
            return list(optimizer.variables) if optimizer is not None else []
        return list(getattr(self, group))

    def _stated(self, *values: Sequence[Any]) -> StateScope:
        """A scope in which trainable, non-trainable and metric variables have the given values."""
        groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        for name, variables, given in zip(_GROUPS[:2] + _GROUPS[3:], groups, values, strict=True):
            if len(variables) != len(given):
                raise ValueError(
                    f"Model {self.name!r}: got {len(given)} values for {len(variables)} {name}: {[v.path for v in variables]}."
                )
        return StateScope(
            [
                (variable, value)
                for variables, given in zip(groups, values, strict=True)
                for variable, value in zip(variables, given, strict=True)
            ]
        )

    def stateless_compute_loss(
        self, trainable_variables: Sequence[Any], non_trainable_variables: Sequence[Any], metrics_variables: Sequence[Any], x: Any = None,
        y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True,
    ) -> Any:  # fmt: skip
        """The loss as a pure function of the given values of the model's variables.

        Returns: (loss, (trainable values, non-trainable values, metric values)), the values as the loss left them.
        """
        with self._stated(trainable_variables, non_trainable_variables, metrics_variables) as scope:
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)  # type: ignore[attr-defined]
            groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
            return loss, tuple([scope.read(v) for v in group] for group in groups)

    def compute_loss_and_updates(
        self, trainable_variables: Sequence[Any], non_trainable_variables: Sequence[Any], metrics_variables: Sequence[Any], x: Any, y: Any,
        sample_weight: Any, training: bool = False, optimizer_variables: Any = None,
    ) -> Any:  # fmt: skip
        """Outputs and loss as a pure function of the given values of the model's variables; `jax.value_and_grad` takes it with `has_aux`.

        Returns: (loss to differentiate, (loss, outputs, non-trainable values, metric values)).
        """
        with self._stated(trainable_variables, non_trainable_variables, metrics_variables) as scope:
            y_pred = self(x, training=training)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)  # type: ignore[attr-defined]
            scaled = self._trainer._scaled(loss) if training else loss  # type: ignore[attr-defined]
            found = [[scope.read(v) for v in group] for group in (self.non_trainable_variables, self.metrics_variables)]
        return scaled, (loss, y_pred, *found)

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, dict[str, Any]]:
        """All values as nested dicts, by the parts of their paths, in four groups.

        Arguments:
            value_format: "backend_tensor" for the engine's tensors, "numpy_array" for NumPy copies.
        Raises: ValueError for another format, or if two variables have one path.
        Example:
            >>> from keras import Input, Sequential, layers, tree
            >>> model = Sequential([Input((2,)), layers.Dense(1, name="head")])
            >>> [value.shape for value in tree.flatten(model.get_state_tree()["trainable_variables"])]
            [(1,), (2, 1)]
        """
        if value_format not in ("backend_tensor", "numpy_array"):
            raise ValueError(f"get_state_tree(value_format): got {value_format!r}. Accepted: 'backend_tensor' or 'numpy_array'.")
        state: dict[str, dict[str, Any]] = {}
        for group in _GROUPS:
            nest = state[group] = {}
            for variable in self._variables_of(group):
                *parts, last = variable.path.split("/")
                inner = nest
                for part in parts:
                    inner = inner.setdefault(part, {})
                if last in inner:
                    raise ValueError(
                        f"get_state_tree: two variables have the path {variable.path!r}. Give their layers names of their own."
                    )
                copied = variable.numpy()
                inner[last] = copied if value_format == "numpy_array" else engine.current().asarray(copied)
        return state

    def set_state_tree(self, state_tree: dict[str, Any]) -> None:
        """Give variables the values of a nest that `get_state_tree` returned, or of a part of it; nothing is changed unless all fit.

        Raises: ValueError if a group, a path or a shape is not that of a variable here.
        """
        waiting: list[tuple[Variable, Any]] = []
        for group, nest in state_tree.items():
            if group not in _GROUPS or not isinstance(nest, dict):
                raise ValueError(
                    f"set_state_tree: got the group {group!r} with {type(nest).__name__}. Accepted: dicts under {', '.join(_GROUPS)}."
                )
            known = {variable.path: variable for variable in self._variables_of(group)}
            for path, value in _paths(nest):
                if path not in known:
                    raise ValueError(f"set_state_tree: {group} has no variable {path!r}. It has: {list(known)}.")
                if tuple(np.shape(value)) != known[path].shape:
                    raise ValueError(f"set_state_tree: got shape {tuple(np.shape(value))} for {path!r} of shape {known[path].shape}.")
                waiting.append((known[path], value))
        for variable, value in waiting:
            variable.assign(value)

    def jax_state_sync(self) -> None:
        """Nothing to do: while training, a variable's value is the live one. In Keras 3 it writes the state of JAX back."""

    @property
    def jit_compile(self) -> bool:
        """Whether steps are compiled by XLA: as given to `compile`; for "auto" on the engine whose every step is."""
        chosen = self._trainer.jit_compile  # type: ignore[attr-defined]
        return engine.current().name == "jax" and not self._trainer.run_eagerly if chosen == "auto" else bool(chosen)  # type: ignore[attr-defined]

    @jit_compile.setter
    def jit_compile(self, value: Any) -> None:
        self._trainer.jit_compile = value  # type: ignore[attr-defined]
        self._drop_programs()  # type: ignore[attr-defined]

    def make_train_function(self, force: bool = False) -> Any:
        """The function that takes an iterator of batches and trains on the next one; kept in `train_function`. `force` makes it anew."""
        return self._made_function("train", force)

    def make_test_function(self, force: bool = False) -> Any:
        """The function that takes an iterator of batches and evaluates the next one; kept in `test_function`. `force` makes it anew."""
        return self._made_function("test", force)

    def make_predict_function(self, force: bool = False) -> Any:
        """The function that takes an iterator of batches and returns the outputs of the next one; kept in `predict_function`."""
        return self._made_function("predict", force)

    def _made_function(self, phase: str, force: bool) -> Any:
        name = f"{phase}_function"
        if force:
            self._drop_programs()  # type: ignore[attr-defined]
        if force or self.__dict__.get(name) is None:
            self.__dict__[name] = self._trainer.step_on_iterator(phase)  # type: ignore[attr-defined]
        return self.__dict__[name]


def _paths(nest: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in nest.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{before}{name}/")
        else:
            yield f"{before}{name}", value
