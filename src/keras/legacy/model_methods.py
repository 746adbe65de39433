"""Methods of models that Keras 1 and 2 had, and the old arguments of those that are left. `keras.Model` asks here for a name it lacks."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from keras.legacy.spellings import note

_WITHOUT_EFFECT = frozenset(
    {"max_q_size", "max_queue_size", "nb_worker", "workers", "pickle_safe", "use_multiprocessing", "show_accuracy", "wait_time"}
)
"""How many threads or processes fetch the data."""
_METHODS = frozenset({"fit", "evaluate", "predict"})


def method_arguments(function: Any, arguments: dict[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
    """Arguments of `fit`, `evaluate` and `predict` in today's spelling; those that have no effect any more are left out."""
    if function.__name__ not in _METHODS or isinstance(function, type):
        return arguments
    kept = {name: value for name, value in arguments.items() if name not in _WITHOUT_EFFECT - accepted}
    if "nb_epoch" in kept and "epochs" in accepted:
        note(f"model.{function.__name__}(nb_epoch)", f"model.{function.__name__}(epochs)")
        kept["epochs"] = kept.pop("nb_epoch")
    return kept


def _steps(generator: Any, steps: int | None, samples: int | None) -> tuple[Any, int | None]:
    """The generator and the number of batches; Keras 1 counted samples, so the first batch is looked at and put back."""
    if steps is not None or samples is None:
        return generator, steps
    if hasattr(generator, "__getitem__"):
        first = generator[0]
    else:
        first = next(generator)
        generator = itertools.chain([first], generator)
    x = first[0] if isinstance(first, tuple) else first
    x = next(iter(x.values())) if isinstance(x, dict) else x[0] if isinstance(x, (list, tuple)) else x
    return generator, -(-int(samples) // max(len(x), 1))


def fit_generator(
    self: Any, generator: Any, steps_per_epoch: int | None = None, epochs: int = 1, verbose: Any = 1, callbacks: Any = None,
    validation_data: Any = None, validation_steps: int | None = None, class_weight: Any = None, *, samples_per_epoch: int | None = None,
    nb_epoch: int | None = None, nb_val_samples: int | None = None, shuffle: bool = True, initial_epoch: int = 0,
    validation_freq: Any = 1, **without_effect: Any,
) -> Any:  # fmt: skip
    """`fit` on a generator of batches.

    Arguments:
        generator, steps_per_epoch, epochs, verbose, callbacks, validation_data, validation_steps, class_weight, shuffle, initial_epoch,
            validation_freq: as in `fit`.
        samples_per_epoch, nb_val_samples: how many samples an epoch has, as Keras 1 counted. nb_epoch: number of epochs.
    Returns: `History`.
    """
    note("model.fit_generator", "model.fit")
    _refuse_unknown("fit_generator", without_effect)
    generator, steps = _steps(generator, steps_per_epoch, samples_per_epoch)
    if nb_val_samples is not None and not isinstance(validation_data, (tuple, list)):
        validation_data, validation_steps = _steps(validation_data, validation_steps, nb_val_samples)
    return self.fit(
        generator, steps_per_epoch=steps, epochs=epochs if nb_epoch is None else nb_epoch, verbose=verbose, callbacks=callbacks,
        validation_data=validation_data, validation_steps=validation_steps, class_weight=class_weight, shuffle=shuffle,
        initial_epoch=initial_epoch, validation_freq=validation_freq,
    )  # fmt: skip


def evaluate_generator(
    self: Any, generator: Any, steps: int | None = None, callbacks: Any = None, *, val_samples: int | None = None, verbose: Any = 0,
    **without_effect: Any,
) -> Any:  # fmt: skip
    """`evaluate` on a generator of batches; `val_samples` counts samples, as Keras 1 did."""
    note("model.evaluate_generator", "model.evaluate")
    _refuse_unknown("evaluate_generator", without_effect)
    generator, steps = _steps(generator, steps, val_samples)
    return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)


def predict_generator(
    self: Any, generator: Any, steps: int | None = None, callbacks: Any = None, *, val_samples: int | None = None, verbose: Any = 0,
    **without_effect: Any,
) -> Any:  # fmt: skip
    """`predict` on a generator of batches; `val_samples` counts samples, as Keras 1 did."""
    note("model.predict_generator", "model.predict")
    _refuse_unknown("predict_generator", without_effect)
    generator, steps = _steps(generator, steps, val_samples)
    return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose)


def predict_proba(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0, steps: int | None = None) -> np.ndarray:
    """`predict`."""
    note("model.predict_proba(x)", "model.predict(x)")
    return self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)


def predict_classes(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0, steps: int | None = None) -> np.ndarray:
    """The number of the largest output; for one output, 1 where it is above 1/2 (shape (samples, 1))."""
    note("model.predict_classes(x)", "model.predict(x).argmax(-1), or (model.predict(x) > 0.5).astype('int32') for one output")
    outputs = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
    return outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")


def reset_states(self: Any) -> None:
    """Let stateful layers forget what they carry from batch to batch."""
    for layer in self._flatten_layers(include_self=False):
        if getattr(layer, "stateful", False):
            layer.reset_state()


def _refuse_unknown(method: str, arguments: dict[str, Any]) -> None:
    unknown = sorted(arguments.keys() - _WITHOUT_EFFECT)
    if unknown:
        raise TypeError(f"model.{method}: got an unknown argument {unknown[0]!r}. Write model.{method.removesuffix('_generator')}(...).")


METHODS = {f.__name__: f for f in (fit_generator, evaluate_generator, predict_generator, predict_proba, predict_classes, reset_states)}
