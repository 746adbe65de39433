"""`Trainer`: compile, fit, evaluate, predict, for one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras import optimizers
from keras.callbacks.callback_list import CallbackList
from keras.callbacks.logs import LazyLogs
from keras.core import config, engine, errors, switches, tree
from keras.core import random as host_random
from keras.core.autodiff import watched_gradients
from keras.core.dtypes import is_float
from keras.core.graph import dtype_name
from keras.core.op import abstractly
from keras.core.state import LossScope
from keras.core.tensor import KerasTensor
from keras.layers.input_layer import InputLayer
from keras.metrics.reduction import Mean
from keras.ops.control import value_and_grad
from keras.ops.elementwise import add, cast
from keras.ops.reduction import sum as total_of
from keras.ops.shaping import shape_of
from keras.training import checks, state_form
from keras.training.compile_config import compile_arguments, restored_arguments
from keras.training.data.base import DataAdapter
from keras.training.data.factory import make_adapter
from keras.training.data.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from keras.training.data.split import train_validation_split
from keras.training.loop import Hooks, run_epoch
from keras.training.objectives import Losses, Metrics, names_of
from keras.training.outputs import OutputBuffer

_COMPILE_ARGUMENTS = (
    "optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution", "jit_compile",
    "auto_scale_loss",
)  # fmt: skip
_NOT_COMPILED = "{name!r}: call compile() before {method}(), for example model.compile(optimizer='adam', loss={loss!r})."


class Trainer:
    """Everything about training that a model does not need to compute."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.compiled = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.run_eagerly = False
        self.steps_per_execution = 1
        self.jit_compile: Any = "auto"
        self._losses: Losses | None = None
        self._metrics: Metrics | None = None
        self._loss_tracker: Any = None
        self._output_trackers: dict[str, Any] = {}
        self.drop_programs()
        self._outputs: Any = None
        self._linted = False
        self._log_names: tuple[Any, list[str]] = (None, [])
        self._validation_adapter: tuple[Any, DataAdapter] | None = None
        self.compile_config: dict[str, Any] = {}

    # ------------------------------------------------------------------------------------------------------------------ compile

    def compile(
        self, *, optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any, run_eagerly: bool, **options: Any
    ) -> None:
        """See `Model.compile`; nothing is changed unless everything is accepted."""
        unknown = options.keys() - {"steps_per_execution", "jit_compile", "auto_scale_loss"}
        if unknown:
            raise TypeError(
                f"compile: got an unknown argument {min(unknown)!r}.{errors.suggestion(min(unknown), _COMPILE_ARGUMENTS)} Accepted: {', '.join(_COMPILE_ARGUMENTS)}."
            )
        new_optimizer = self._scaling(optimizers.get(optimizer), options.get("auto_scale_loss", True))
        new_losses = Losses(loss, loss_weights) if loss is not None else None
        new_metrics = Metrics(metrics, weighted_metrics)
        self.optimizer, self._losses, self._metrics = new_optimizer, new_losses, new_metrics
        self.loss = loss
        self._loss_tracker = Mean(name="loss")
        self._output_trackers = {}
        self.run_eagerly = bool(run_eagerly)
        self.steps_per_execution = options.get("steps_per_execution", 1)
        self.jit_compile = options.get("jit_compile", "auto")
        self.compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self._linted = False
        self._trainable_at_compile = [v.trainable for v in self.model.weights]
        self.compiled = True
        self.drop_programs()

    def _scaling(self, optimizer: Any, wanted: bool) -> Any:
        """Gradients in float16 underflow unless the loss is scaled."""
        if (
            wanted
            and optimizer is not None
            and self.model.dtype_policy.name == "mixed_float16"
            and not isinstance(optimizer, optimizers.LossScaleOptimizer)
        ):
            return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        return optimizer

    def compile_arguments(self) -> dict[str, Any]:
        """See `Model.get_compile_config`."""
        return compile_arguments(self)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """See `Model.compile_from_config`."""
        self.model.compile(**restored_arguments(config))
        if self.optimizer is not None and self.model.built:
            self.optimizer.build(self.model.trainable_variables)

    def drop_programs(self) -> None:
        """Forget compiled steps, and what was found out about the layers for them."""
        self._steps: dict[str, Any] = {}
        self._steps_engine = ""
        self._is_prepared = self._was_run = False
        self._from_layers: list[Any] | None = None
        self._result_names: tuple[Any, list[str]] = ((), [])
        self._log_names = (None, [])

    def __getstate__(self) -> dict[str, Any]:
        """Compiled steps do not travel: they are made again."""
        return {**self.__dict__, "_steps": {}, "_outputs": None}

    @property
    def metrics(self) -> list[Any]:
        """The loss's mean, each output's loss, and the compiled metrics."""
        if not self.compiled:
            return []
        return [self._loss_tracker, *self._output_trackers.values(), *(self._metrics.metrics if self._metrics else ())]

    def metrics_of_layers(self, find: Callable[[], list[Any]]) -> list[Any]:
        """The metrics that layers own; they are looked for once there is a step, which made all of them."""
        if self._from_layers is not None:
            return self._from_layers
        found = find()
        if self._was_run:
            self._from_layers = found
        return found

    def _require_compiled(self, method: str) -> None:
        if not self.compiled or (
            method in ("fit", "train_on_batch")
            and self._losses is None
            and not self._overridden("train_step", "compute_loss")
            and not self._may_add_losses()
        ):
            if self.compiled:
                raise ValueError(
                    f"{self.model.name!r}: {method}() needs a loss. Write model.compile(optimizer='adam', loss={checks.suggested_loss(self.model)!r})."
                )
            raise ValueError(_NOT_COMPILED.format(name=self.model.name, method=method, loss=checks.suggested_loss(self.model)))

    def _may_add_losses(self) -> bool:
        return True  # a layer may call add_loss; compute_loss says so if none did

    def _overridden(self, *names: str) -> bool:
        base = next(c for c in type(self.model).__mro__ if c.__module__ == "keras.models.model")
        return any(getattr(type(self.model), name) is not getattr(base, name) for name in names)

    # -------------------------------------------------------------------------------------------------------------------- steps

    def train_step(self, data: Any) -> dict[str, Any]:
        """Loss, gradients, update, metrics."""
        model = self.model
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        variables = model.trainable_variables

        def forward(_: Sequence[Any]) -> tuple[Any, Any]:
            with LossScope():
                y_pred = model(x, training=True)
                loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
            return self._scaled(loss), (loss, y_pred, [value for _, value in self._last_parts])

        with watched_gradients() as unreached:
            (_, (loss, y_pred, parts)), gradients = value_and_grad(forward, has_aux=True)(variables)
        if variables and len(unreached) == len(variables):
            raise ValueError(checks.no_gradient_text(model, variables, self.loss))
        if variables:
            self.optimizer.apply(gradients, variables)
        return self._tracked(x, y, y_pred, sample_weight, loss, parts)

    def _scaled(self, loss: Any) -> Any:
        scale = getattr(self.optimizer, "scale_loss", None)
        return loss if scale is None else scale(loss)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Loss and metrics."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with LossScope():
            y_pred = self.model(x, training=False)
            loss = self.model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        return self._tracked(x, y, y_pred, sample_weight, loss, [value for _, value in self._last_parts])

    def predict_step(self, data: Any) -> Any:
        """The outputs."""
        x, _, _ = unpack_x_y_sample_weight(data) if isinstance(data, tuple) else (data, None, None)
        return self.model(x, training=False)

    _last_parts: list[tuple[str, Any]] = []

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """The compiled losses and what layers and regularizers add."""
        total, parts = None, []
        if self._losses is not None:
            self._losses.bind(y_pred, _output_names(self.model))
            total, parts = self._losses(y, y_pred, sample_weight)
        self._last_parts = parts
        for extra in self.model.losses:
            extra = (
                cast(total_of(extra), "float32") if len(shape_of(extra)) else cast(extra, "float32" if total is None else dtype_name(total))
            )
            total = extra if total is None else add(total, extra)
        if total is None:
            raise ValueError(
                f"{self.model.name!r}: there is nothing to minimize: no loss was compiled for the outputs, and no layer added one. "
                f"Write model.compile(optimizer='adam', loss={checks.suggested_loss(self.model)!r})."
            )
        return total

    def _tracked(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, loss: Any, parts: Sequence[Any]) -> dict[str, Any]:
        samples = next((shape_of(v)[0] for v in tree.leaves(x) if v is not None and len(shape_of(v))), 1)
        self._loss_tracker.update_state(loss, sample_weight=float(samples))
        if len(parts) > 1:
            for (name, _), value in zip(self._last_parts, parts, strict=True):
                tracker = self._output_trackers.get(name)
                if tracker is None:
                    tracker = self._output_trackers[name] = Mean(name=f"{name}_loss")
                tracker.update_state(value, sample_weight=float(samples))
        if self._overridden("compute_metrics"):
            return self.model.compute_metrics(x, y, y_pred, sample_weight)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> dict[str, Any]:
        """Update the compiled metrics; the results are read when somebody looks."""
        if self._metrics is not None and y is not None:
            names = _output_names(self.model)
            self._metrics.bind(y, y_pred, names)
            self._metrics.update(y, y_pred, sample_weight, names_of(y_pred, names))
        return {}

    def own_step(self, phase: str, arguments: tuple[Any, ...]) -> Any:
        """What a model's own step does that was called as step(data) or as step(state, data), for example by one that overrides it."""
        if len(arguments) not in (1, 2):
            raise TypeError(f"{self.model.name!r}.{phase}_step: got {len(arguments)} arguments. Accepted: (data) or (state, data).")
        method = getattr(self, f"{phase}_step")

        def step(data: Any) -> Any:
            return method(data) or self.model.get_metrics_result() if phase != "predict" else method(data)

        if len(arguments) == 2:
            return state_form.run_on_state(self.model, phase, step, *arguments)
        return step(*arguments)

    # ----------------------------------------------------------------------------------------------------------- compiled steps

    def _step(self, phase: str) -> Any:
        """The step of a phase as a function of (x, y, sample_weight)."""
        if self._steps_engine != engine.current().name:
            for variable in self.model.variables:
                variable.stored()  # says what to do if another engine made it
            self._steps, self._steps_engine = {}, engine.current().name
        step = self._steps.get(phase)
        if step is None:
            method = getattr(self.model if self._overridden(f"{phase}_step") else self, f"{phase}_step")
            if state_form.takes_state(method):
                method = state_form.with_data_only(self.model, phase, method)

            def run(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
                return method(pack_x_y_sample_weight(x, y, sample_weight))

            run.variables, run.jit_compile = self._variables, self.jit_compile is True  # type: ignore[attr-defined]
            run.differentiates = phase == "train" and self._overridden("train_step")  # type: ignore[attr-defined]
            compiler = getattr(engine.current(), "compile", None)
            step = self._steps[phase] = run if self.run_eagerly or compiler is None else compiler(run)
        return step

    def step_on_iterator(self, phase: str) -> Callable[[Any], Any]:
        """A function of an iterator of batches: the results of one step on the next batch, which must have been seen in shape before."""

        def run(iterator: Any) -> Any:
            batch = next(iter(iterator))
            x, y, sample_weight = unpack_x_y_sample_weight(batch) if isinstance(batch, tuple) else (batch, None, None)
            x, y, sample_weight = (tree.map_structure(lambda a: a if a is None else np.asarray(a), part) for part in (x, y, sample_weight))
            self._prepare(x, y)
            returned = self._step(phase)(x, y, sample_weight) if phase != "predict" else self._step(phase)(x)
            return returned if phase == "predict" else dict(self._logs(returned).resolve())

        return run

    def _variables(self) -> list[Any]:
        """The variables that a step may use, as far as they are there."""
        of_optimizer = [] if self.optimizer is None else self.optimizer.variables
        return [*self.model.variables, *of_optimizer, *(v for metric in self.model.metrics for v in metric.variables)]

    def _prepare(self, x: Any, y: Any = None, sample_weight: Any = None) -> None:
        """Build the model and the optimizer for data like this, before anything is traced."""
        model = self.model
        if self._is_prepared:
            return
        if not model.built or any(
            not layer.built for layer in model._flatten_layers(include_self=False) if not isinstance(layer, InputLayer)
        ):
            try:
                self._outputs = self._run_on_symbols(x)
            except TypeError:  # Python decides on numbers inside: run it on the numbers
                model(x, training=False)
            model.built = True
        if self.optimizer is not None and not self.optimizer.built and model.trainable_variables:
            self.optimizer.build(model.trainable_variables)
        if self._metrics is not None and y is not None and self._overridden("train_step", "test_step"):
            outputs = self._output_symbols(x)
            if outputs is not None:  # a custom step may ask for the metrics and their variables before it has updated them
                self._metrics.bind(y, outputs, _output_names(model))
        self._is_prepared = model.built and self.compiled

    def _run_on_symbols(self, x: Any) -> Any:
        symbols = tree.map_structure(lambda a: None if a is None else KerasTensor((None, *np.shape(a)[1:]), dtype_name(np.asarray(a))), x)
        with abstractly():
            return self.model(symbols, training=False)

    def _output_symbols(self, x: Any) -> Any:
        """The model's outputs for data like this as symbols, None if only numbers could tell."""
        if hasattr(self.model, "output_names"):
            return self.model.output
        if self._outputs is None:
            try:
                self._outputs = self._run_on_symbols(x)
            except TypeError:
                return None
        return self._outputs

    def metrics_result(self) -> dict[str, Any]:
        """Every metric's value by name, sorted as Keras 3 prints them."""
        with engine.on_host():
            return self._metrics_result()

    def _metrics_result(self) -> dict[str, Any]:
        results: dict[str, Any] = {"loss": self._loss_tracker.result()} if self._loss_tracker is not None else {}
        for tracker in self._output_trackers.values():
            results[tracker.name] = tracker.result()
        compiled = self._metrics.metrics if self._metrics is not None else []
        if self._metrics is not None:
            results.update(self._metrics.results())
        own = {id(m) for m in [self._loss_tracker, *self._output_trackers.values(), *compiled]}
        for metric in self.model.metrics:
            if id(metric) not in own:
                value = metric.result()
                results.update(value if isinstance(value, dict) else {metric.name: value})
        return {k: results[k] for k in sorted(results)}

    def result_names(self) -> list[str]:
        """The names of what `evaluate` returns, in the order of Keras 3: several outputs' metrics are sorted, one output's are not."""
        names = self._known_names()
        if self._result_names[0] is names:
            return self._result_names[1]
        losses = [t.name for t in self._output_trackers.values()]
        first = ["loss", *(sorted(losses) if self._losses is not None and self._losses.by_key else losses)]
        with engine.on_host():
            compiled = list(self._metrics.results()) if self._metrics is not None and not losses else []
        ordered = [n for n in [*first, *compiled] if n in names]
        self._result_names = (names, ordered + [n for n in names if n not in ordered])
        return self._result_names[1]

    def _logs(self, returned: Any) -> LazyLogs:
        """Logs of a step: what it returned, else the metrics when somebody looks."""
        self._was_run = True
        if isinstance(returned, dict) and returned:
            return LazyLogs(returned)
        return LazyLogs(dict.fromkeys(self._known_names()), read=lambda _: {k: _number(v) for k, v in self.metrics_result().items()})

    def _known_names(self) -> list[str]:
        """The names of the logs; they are worked out again only when an output or its metrics were met for the first time."""
        state = (len(self._output_trackers), len(self._metrics.metrics) if self._metrics is not None else 0)
        if self._log_names[0] != state:
            self._log_names = (state, list(self.metrics_result()))
        return self._log_names[1]

    # ---------------------------------------------------------------------------------------------------------------------- fit

    def fit(
        self, x: Any, y: Any, *, batch_size: Any, epochs: int, verbose: Any, callbacks: Any, validation_split: float, validation_data: Any, shuffle: Any,
        class_weight: Any, sample_weight: Any, initial_epoch: int, steps_per_epoch: Any, validation_steps: Any, validation_batch_size: Any, validation_freq: Any,
    ) -> Any:  # fmt: skip
        """See `Model.fit`."""
        engine.check_environment()
        self._require_compiled("fit")
        checks.check_epochs(epochs, initial_epoch, validation_freq)
        epochs = min(epochs, switches.max_epochs() or epochs)
        model = self.model
        self._said_nan = False
        self._warn_if_trainable_changed()
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split((x, y, sample_weight), validation_split=validation_split)
            checks.warn_about_split(y, validation_data)
        checks.check_names(model, x)
        adapter = self._adapter(
            x, y, sample_weight, batch_size=batch_size, steps_per_epoch=steps_per_epoch, shuffle=shuffle, class_weight=class_weight
        )
        validation = self._validation(validation_data, validation_batch_size or batch_size, validation_steps)
        try:
            self._first_look(adapter, training=True)
            if validation is not None:
                try:
                    self._first_look(validation, training=False)
                except ValueError as error:
                    raise ValueError(f"validation_data: {error}") from None
            listeners = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                model=model,
                verbose=verbose,
                epochs=epochs,
                steps=adapter.num_batches,
            )
            listeners.set_validation(validation is not None)
            model.stop_training = False
            generator = np.random.Generator(np.random.Philox(host_random.draw_seed()))
            listeners.on_train_begin()
            self._epochs(adapter, validation, listeners, initial_epoch, epochs, validation_freq, generator, verbose)
        finally:
            adapter.close()
            if validation is not None:
                validation.close()
        return model.history

    def _epochs(
        self,
        adapter: DataAdapter,
        validation: Any,
        listeners: CallbackList,
        first: int,
        last: int,
        validation_freq: Any,
        generator: np.random.Generator,
        verbose: Any,
    ) -> None:
        model, step = self.model, self._step("train")
        hooks = Hooks(listeners, "train")
        logs: Any = {}
        for epoch in range(first, last):
            if epoch > first and adapter.warn_if_exhausted():
                break
            model.reset_metrics()
            adapter.on_epoch_begin()
            listeners.on_epoch_begin(epoch)
            count, returned = run_epoch(step, adapter, hooks, self._logs, lambda: model.stop_training, generator, epoch)
            adapter.on_epoch_end()
            if count == 0 and adapter.warn_if_exhausted():
                break
            logs = dict(self._logs(returned).resolve())
            self._warn_about_nan(adapter, logs, epoch, count)
            if validation is not None and _is_due(epoch, validation_freq):
                found = self._evaluate(validation, listeners)
                logs.update({f"val_{name}": value for name, value in found.items()})
            listeners.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        listeners.on_train_end(logs)

    def _warn_if_trainable_changed(self) -> None:
        now = [v.trainable for v in self.model.weights]
        if self.optimizer is not None and self.optimizer.built and hasattr(self.optimizer, "_trainable_variables"):
            known = {id(v) for v in self.optimizer._trainable_variables}
            new = [v.path for v in self.model.trainable_variables if id(v) not in known]
            if new and len(new) < len(self.model.trainable_variables):
                raise ValueError(
                    f"{self.model.name!r}: {new[0]!r} became trainable after compile(), and the optimizer has no state for it. "
                    "Call model.compile(...) again with a new optimizer."
                )
        if self._trainable_at_compile and len(now) == len(self._trainable_at_compile) and now != self._trainable_at_compile:
            errors.warn(
                f"{self.model.name!r}: `trainable` of some layers changed after compile(); the change takes effect now. "
                "Call compile() again to start with a fresh optimizer.",
            )
            self._trainable_at_compile = now
            self.drop_programs()

    def _warn_about_nan(self, adapter: DataAdapter, logs: dict[str, Any], epoch: int, steps: int) -> None:
        if not self._said_nan and not np.isfinite(logs.get("loss", 0.0)):
            self._said_nan = True
            checks.warn_about_nan(adapter, epoch, steps)

    # ------------------------------------------------------------------------------------------------------------ data adapters

    def _adapter(self, x: Any, y: Any, sample_weight: Any, **options: Any) -> DataAdapter:
        most = switches.max_steps_per_epoch()
        if most is not None:
            options["steps_per_epoch"] = _limited(most, x, options.get("steps_per_epoch"), options.get("batch_size"))
        return make_adapter(x, y, sample_weight, float_dtype=config.floatx(), **options)

    def _validation(self, data: Any, batch_size: Any, steps: Any) -> DataAdapter | None:
        if data is None:
            return None
        parts = tuple(data) if isinstance(data, (list, tuple)) else (data, None)
        if len(parts) not in (2, 3):
            raise ValueError(f"fit(validation_data): got {len(parts)} entries. Accepted: (x, y) or (x, y, sample_weight), or a generator.")
        x, y, sample_weight = (*parts, None)[:3]
        return self._adapter(x, y, sample_weight, batch_size=batch_size if y is not None else None, steps_per_epoch=steps, repeat=False)

    def _first_look(self, adapter: DataAdapter, training: bool) -> None:
        """Check the first batch on the host and build for it; no state has changed when this raises."""
        x, y, _ = checks.example_batch(adapter)
        checks.check_input_shapes(self.model, x, "fit" if training else "evaluate", adapter.kind)
        if checks.has_tables(self.model):
            checks.check_ids(self.model, checks.all_inputs(adapter, x))
        if y is None and self._losses is not None and not self._overridden("train_step" if training else "test_step", "compute_loss"):
            phase = "fit" if training else "evaluate"
            raise ValueError(
                f"{self.model.name!r}: there are no targets for loss={self.loss!r}. "
                f"Write model.{phase}(x, y), let a generator give (x, y), and pass validation_data=(x, y)."
            )
        self._prepare(x, y)
        if not self._overridden("train_step" if training else "test_step", "compute_loss"):
            lint = self._metrics.names if training and self._metrics is not None and not self._linted else None
            outputs = self._output_symbols(x)
            checks.check_targets(self.model, self._losses, adapter, y, outputs, lint)
            if self._metrics is not None and y is not None and outputs is not None:
                self._metrics.bind(y, outputs, _output_names(self.model))  # the step is traced with their variables in place
            self._linted = self._linted or training

    # --------------------------------------------------------------------------------------------------------- evaluate, predict

    def evaluate(
        self, x: Any, y: Any, *, batch_size: Any, verbose: Any, sample_weight: Any, steps: Any, callbacks: Any, return_dict: bool
    ) -> Any:
        """See `Model.evaluate`."""
        self._require_compiled("evaluate")
        checks.check_names(self.model, x)
        adapter = self._adapter(x, y, sample_weight, batch_size=batch_size, steps_per_epoch=steps, repeat=False)
        try:
            self._first_look(adapter, training=False)
            listeners = CallbackList(
                callbacks, add_progbar=verbose != 0, model=self.model, verbose=verbose, epochs=1, steps=adapter.num_batches
            )
            found = self._evaluate(adapter, listeners)
        finally:
            adapter.close()
        return found if return_dict else _as_list(found, self.result_names())

    def _evaluate(self, adapter: DataAdapter, listeners: CallbackList) -> dict[str, Any]:
        self.model.reset_metrics()
        listeners.on_test_begin()
        self.model.stop_evaluating = False
        _, returned = run_epoch(self._step("test"), adapter, Hooks(listeners, "test"), self._logs, lambda: self.model.stop_evaluating)
        found = dict(self._logs(returned).resolve())
        listeners.on_test_end(found)
        return found

    def predict(self, x: Any, *, batch_size: Any, verbose: Any, steps: Any, callbacks: Any) -> Any:
        """See `Model.predict`; one batch of arrays takes the short way."""
        if (
            isinstance(x, np.ndarray)
            and callbacks is None
            and steps is None
            and x.ndim
            and 0 < len(x) <= (batch_size or 32)
            and (self.model.built and verbose in (0, "auto"))
        ):
            try:
                return self.predict_on_batch(x)
            except ValueError:
                checks.check_input_shapes(self.model, x, "predict")  # knows more causes
                raise
        checks.check_names(self.model, x)
        adapter = self._adapter(x, None, None, batch_size=batch_size, steps_per_epoch=steps, repeat=False)
        outputs = OutputBuffer(adapter.num_samples if adapter.steps_per_epoch is None else None)
        try:
            example = checks.example_batch(adapter)[0]
            checks.check_input_shapes(self.model, example, "predict", adapter.kind)
            if checks.has_tables(self.model):
                checks.check_ids(self.model, checks.all_inputs(adapter, example))
            self._prepare(example)
            listeners = CallbackList(
                callbacks, add_progbar=verbose != 0, model=self.model, verbose=verbose, epochs=1, steps=adapter.num_batches
            )
            listeners.on_predict_begin()
            self.model.stop_predicting = False
            step, hooks = self._step("predict"), Hooks(listeners, "predict")
            for number, (inputs, _, _) in enumerate(adapter.batches()):
                if hooks.active:
                    hooks.begin(number)
                made = step(inputs)
                outputs.append(tree.map_structure(engine.current().to_numpy, made))
                if hooks.active:
                    hooks.end(number, {"outputs": made})
                if self.model.stop_predicting:
                    break
            if adapter.num_samples == 0:
                outputs.append(tree.map_structure(engine.current().to_numpy, step(example)))
            listeners.on_predict_end()
        finally:
            adapter.close()
        return outputs.result()

    # ------------------------------------------------------------------------------------------------------------ single batches

    def train_on_batch(self, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
        """See `Model.train_on_batch`."""
        self._require_compiled("train_on_batch")
        return self._on_batch("train", x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
        """See `Model.test_on_batch`."""
        self._require_compiled("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, None, return_dict)

    def _on_batch(self, phase: str, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
        checks.check_names(self.model, x)
        size = max((len(a) for a in tree.leaves(x) if hasattr(a, "__len__")), default=1) or 1
        adapter = self._adapter(x, y, sample_weight, batch_size=size, class_weight=class_weight)
        self._first_look(adapter, training=phase == "train")
        self.model.reset_metrics()
        returned = self._step(phase)(*next(iter(adapter.batches())))
        found = dict(self._logs(returned).resolve())
        return found if return_dict else _as_list(found, self.result_names())

    def predict_on_batch(self, x: Any) -> Any:
        """See `Model.predict_on_batch`."""
        model = self.model
        inputs = tree.map_structure(_as_input, x)
        if not model.built:
            self._prepare(inputs)
        step = self._step("predict")
        if checks.has_tables(model):
            checks.check_ids(model, inputs)
        return tree.map_structure(engine.current().to_numpy, step(inputs))


def _limited(most: int, x: Any, steps: int | None, batch_size: int | None) -> int | None:
    """`steps_per_epoch` held to a limit; None where one pass over the data stays below it."""
    if steps is not None:
        return min(steps, most)
    first = next(tree.leaves(x), None)
    if hasattr(first, "__len__") and hasattr(first, "shape"):
        known: int | None = -(-len(first) // (batch_size or 32))
    else:
        known = len(x) if hasattr(x, "__len__") and not isinstance(x, (list, tuple, dict)) else None
    return None if known is not None and known <= most else most


def _as_input(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "f" and is_float(array.dtype.name) and array.dtype.name != config.floatx():
        return array.astype(config.floatx())
    return array


def _number(value: Any) -> Any:
    array = np.asarray(engine.current().to_numpy(value))
    return float(array) if array.ndim == 0 else array


def _as_list(found: dict[str, Any], names: Sequence[str]) -> Any:
    values = [found[n] for n in names if n in found]
    values += [v for k, v in found.items() if k not in names]
    return values[0] if len(values) == 1 else values


def _output_names(model: Any) -> list[str] | None:
    return getattr(model, "output_names", None)


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency
