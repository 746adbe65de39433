"""`Model`: a layer that can be trained, evaluated and asked to predict."""

from __future__ import annotations

import functools
import json
import types
from collections.abc import Callable, Sequence
from typing import Any

from keras.core import errors, hooks, late, naming
from keras.core.tensor import KerasTensor
from keras.core.tracebacks import shortens_tracebacks
from keras.layers.layer import Layer
from keras.models.functional_config import described
from keras.models.stateless import StatefulModel
from keras.models.summary import print_summary


class Model(StatefulModel):
    """A network: `Model(inputs, outputs)` for symbols, or a subclass with a `call` method.

    Arguments:
        inputs: symbol(s) from `keras.Input`. outputs: symbol(s) made from them. name: text.
    Example:
        >>> from keras import Input, layers
        >>> x = Input((4,))
        >>> model = Model(inputs=x, outputs=layers.Dense(2)(x))
        >>> model.count_params()
        10
    Source: keras.Model of Keras 3.
    """

    _decides_generation = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and _is_functional_call(args, kwargs):
            return object.__new__(functional_class())
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._trainer_object: Any = None
        if args or "inputs" in kwargs:
            if not isinstance(self, functional_class()):  # a subclass that hands symbols to its base
                self.__class__ = _functional_twin(type(self))
            functional_class().__init__(self, *args, **kwargs)
            return
        super().__init__(**kwargs)

    def __getattr__(self, name: str) -> Any:
        """A method of an older generation; asked only for a name that the model does not have."""
        if not name.startswith("_") and not hasattr(type(self), name):
            method = hooks.resolve_name("model attributes", name)
            if method is not None:
                return types.MethodType(method, self)
        return object.__getattribute__(self, name)  # raises as if nobody had been asked

    # --------------------------------------------------------------------------------------------------------------- the layers

    @property
    def layers(self) -> list[Layer]:
        """The layers of the model."""
        return self._sublayers()

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of that name, or number."""
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"Model {self.name!r}: get_layer(index={index}), but it has {len(self.layers)} layers.")
            return self.layers[index]
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise ValueError(f"Model {self.name!r}: no layer is named {name!r}.{errors.suggestion(str(name), names)} Its layers: {names}.")
        return self.layers[names.index(name)]

    def summary(
        self, line_length: int | None = None, positions: Sequence[float] | None = None, print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False, show_trainable: bool = False, layer_range: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Print the table of the layers, their output shapes and numbers of weights.

        Code in the spelling of Keras 1 and 2 gets their table, other code that of Keras 3.
        """
        style = "classic" if naming.generation() == 2 else "keras3"
        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range, style)

    def build(self, input_shape: Any = None) -> None:
        """Build a subclassed model by running it on symbols of that shape (with the batch axis; a list or dict for several inputs)."""
        if self.built:
            return
        nested = isinstance(input_shape, dict) or (
            isinstance(input_shape, (list, tuple)) and any(isinstance(s, (list, tuple)) for s in input_shape)
        )
        if nested:
            items = input_shape.items() if isinstance(input_shape, dict) else enumerate(input_shape)
            symbols: Any = {k: KerasTensor(s, self.compute_dtype) for k, s in items}
            symbols = symbols if isinstance(input_shape, dict) else list(symbols.values())
        else:
            symbols = KerasTensor(input_shape, self.compute_dtype)
        self.compute_output_spec(symbols)
        self.built = True

    build._marks_built = True  # type: ignore[attr-defined]

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A model without a `build` of its own is built by the call itself, layer by layer."""
        if type(self).build is Model.build:
            self.built = True
        else:
            super()._build_for(args, kwargs)

    # ----------------------------------------------------------------------------------------------------------------- training

    @property
    def _trainer(self) -> Any:
        if self._trainer_object is None:
            self._trainer_object = late.load("trainer")(self)
        return self._trainer_object

    def _drop_programs(self) -> None:
        """Forget compiled steps: the model has changed."""
        if self._trainer_object is not None:
            self._trainer_object.drop_programs()

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None, metrics: Any = None, weighted_metrics: Any = None,
        run_eagerly: bool = False, steps_per_execution: int = 1, jit_compile: Any = "auto", auto_scale_loss: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Choose how to train.

        Arguments:
            optimizer: name or `keras.optimizers` object. loss: name, function or `keras.losses` object; a list or dict for several outputs.
            loss_weights: factor of each output's loss. metrics, weighted_metrics: names, functions or `keras.metrics` objects.
            run_eagerly: run every op at once, so that Python's debugger and print work. steps_per_execution, jit_compile: as in Keras.
        """
        self._trainer.compile(
            optimizer=optimizer, loss=loss, loss_weights=loss_weights, metrics=metrics, weighted_metrics=weighted_metrics, run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution, jit_compile=jit_compile, auto_scale_loss=auto_scale_loss, **kwargs,
        )  # fmt: skip

    @shortens_tracebacks
    @hooks.reads_old_arguments
    def fit(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: Any = "auto", callbacks: Any = None,
        validation_split: float = 0.0, validation_data: Any = None, shuffle: Any = True, class_weight: Any = None, sample_weight: Any = None,
        initial_epoch: int = 0, steps_per_epoch: int | None = None, validation_steps: int | None = None, validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:  # fmt: skip
        """Train for some epochs.

        Arguments:
            x: arrays (in a list or dict for several inputs), a generator, or a `PyDataset`. y: targets. sample_weight: weights of samples.
            batch_size: samples per step, 32 if not given. epochs: passes over the data; initial_epoch: the number to start from.
            verbose: 0 silent, 1 progress bar, 2 a line per epoch, 'auto'. callbacks: list of `keras.callbacks` objects.
            validation_split: fraction of the last samples kept for validation. validation_data: (x, y) or (x, y, sample_weight).
            shuffle: whether to draw a new order for each epoch. class_weight: dict from class to weight.
            steps_per_epoch, validation_steps: batches per epoch. validation_freq: epochs between validations, or a list of epochs.
        Returns: `History`; its `history` maps each name to the values of the epochs.
        """
        return self._trainer.fit(
            x, y, batch_size=batch_size, epochs=epochs, verbose=verbose, callbacks=callbacks, validation_split=validation_split,
            validation_data=validation_data, shuffle=shuffle, class_weight=class_weight, sample_weight=sample_weight, initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch, validation_steps=validation_steps, validation_batch_size=validation_batch_size, validation_freq=validation_freq,
        )  # fmt: skip

    @shortens_tracebacks
    @hooks.reads_old_arguments
    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto", sample_weight: Any = None, steps: int | None = None,
        callbacks: Any = None, return_dict: bool = False,
    ) -> Any:  # fmt: skip
        """The loss and the metrics on data: a list (one number if there is only the loss), or a dict with `return_dict`."""
        return self._trainer.evaluate(
            x,
            y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            return_dict=return_dict,
        )

    @shortens_tracebacks
    @hooks.reads_old_arguments
    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None, callbacks: Any = None) -> Any:
        """The outputs for data, as NumPy arrays."""
        return self._trainer.predict(x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks)

    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False) -> Any:
        """One training step on one batch; returns its loss and metrics."""
        return self._trainer.train_on_batch(x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The loss and the metrics of one batch."""
        return self._trainer.test_on_batch(x, y, sample_weight, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        return self._trainer.predict_on_batch(x)

    # ------------------------------------------------------------------------------------------- steps, to override in subclasses

    def train_step(self, *data: Any) -> Any:
        """One step of training on `data`, which is (x, y, sample_weight) or the first of these; returns a dict of numbers.

        Override it as `train_step(self, data)`, or as `train_step(self, state, data)` returning `(logs, state)` with the state's values as
        (trainable, non-trainable, optimizer, metrics) variables: both forms run on every engine, and both may call this method.
        """
        return self._trainer.own_step("train", data)

    def test_step(self, *data: Any) -> Any:
        """One step of evaluation on `data`, as `train_step`; returns a dict of numbers.

        Override it as `test_step(self, data)`, or as `test_step(self, state, data)` returning `(logs, state)` with the state's values as
        (trainable, non-trainable, metrics) variables.
        """
        return self._trainer.own_step("test", data)

    def predict_step(self, *data: Any) -> Any:
        """The outputs for one batch.

        Override it as `predict_step(self, data)`, or as `predict_step(self, state, data)` returning `(outputs, non_trainable_variables)`;
        the state's values are the (trainable, non-trainable) variables.
        """
        return self._trainer.own_step("predict", data)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True) -> Any:
        """The number that training minimizes: the compiled losses, and what layers and regularizers add."""
        return self._trainer.compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Update the compiled metrics and return all results."""
        self._trainer.compute_metrics(x, y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """The metrics' current values by name."""
        return self._trainer.metrics_result()

    def reset_metrics(self) -> None:
        """Start the metrics from zero."""
        for metric in self.metrics:
            metric.reset_state()

    # ------------------------------------------------------------------------------------------------------------------- config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The model of a config, with new weights."""
        if cls is Model and "input_layers" in config:
            return functional_class().from_config(config, custom_objects)
        return cls(**config)

    def to_json(self, **kwargs: Any) -> str:
        """The config of the model as JSON, which `keras.models.model_from_json` reads; keyword arguments go to `json.dumps`."""
        return json.dumps(described(self), **kwargs)

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of `compile`, as configs; None before `compile`."""
        return self._trainer.compile_arguments() if self.compiled else None

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` recorded."""
        if config:
            self._trainer.compile_from_config(config)

    # --------------------------------------------------------------------------------------------------------------- properties

    @property
    def metrics(self) -> list[Any]:
        """The metrics: the loss's mean, the compiled ones, and those that layers own."""
        if self._trainer_object is None:
            return super().metrics
        from_layers = self._trainer_object.metrics_of_layers(lambda: super(Model, self).metrics)
        return list({id(m): m for m in [*self._trainer_object.metrics, *from_layers]}.values())

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns."""
        return self._trainer.result_names()

    @property
    def optimizer(self) -> Any:
        """The compiled optimizer, or None."""
        return None if self._trainer_object is None else self._trainer_object.optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        self._trainer.optimizer = value
        self._drop_programs()

    @property
    def loss(self) -> Any:
        """The compiled loss, as it was given."""
        return None if self._trainer_object is None else self._trainer_object.loss

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._trainer_object is not None and self._trainer_object.compiled

    @property
    def run_eagerly(self) -> bool:
        """Whether every op runs at once."""
        return self._trainer_object is not None and self._trainer_object.run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._trainer.run_eagerly = bool(value)
        self._drop_programs()

    @property
    def stop_training(self) -> bool:
        """Whether training ends after this epoch; callbacks set it."""
        return self.__dict__.get("_stop_training", False)

    @stop_training.setter
    def stop_training(self, value: bool) -> None:
        self.__dict__["_stop_training"] = bool(value)


def _is_functional_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    starts, ends = len(args) + len(kwargs.keys() & {"inputs", "input"}), len(kwargs.keys() & {"outputs", "output"})
    return len(args) >= 2 or (starts == 1 and ends == 1)


@functools.cache
def _functional_twin(cls: type) -> type:
    return type(cls.__name__, (cls, functional_class()), {"__module__": cls.__module__, "__doc__": cls.__doc__})


_functional: list[type] = []


def functional_class() -> Any:
    """The class behind `Model(inputs, outputs)`, which is made from this one."""
    return _functional[0]


def register_functional(cls: type) -> type:
    """Name the class behind `Model(inputs, outputs)`."""
    _functional.append(cls)
    return cls
