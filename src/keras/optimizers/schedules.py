"""Learning rates that follow the step number. A schedule is a function of the step, written with ops, described by its constructor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from keras._surface import attach
from keras.core import configurable
from keras.core.configurable import Configurable
from keras.core.registry import Registry
from keras.ops.elementwise import (
    add,
    cast,
    ceil,
    convert_to_tensor,
    cos,
    divide,
    equal,
    floor,
    greater,
    less,
    log,
    maximum,
    minimum,
    multiply,
    power,
    select,
    subtract,
)  # fmt: skip

Tensor = Any


class LearningRateSchedule(Configurable):
    """Base of schedules: a subclass writes `__call__(self, step)`, which returns the rate as a scalar tensor.

    Example:
        >>> class Halving(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 1.0 / 2.0 ** float(step)
        >>> Halving()(3)
        0.125
    Source: keras.optimizers.schedules.LearningRateSchedule of Keras 3.
    """

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step.

        Arguments:
            step: integer scalar, the number of updates made before this one.
        """
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step), which returns the learning rate at that step.")


def _float(step: Any) -> Tensor:
    return cast(convert_to_tensor(step), "float32")


def _checked_steps(schedule: str, argument: str, value: Any) -> Any:
    if not value > 0:
        raise ValueError(f"{schedule}({argument}): got {value!r}. Accepted: a number > 0, in steps (batches). Write {argument}=1000.")
    return value


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Arguments:
        initial_learning_rate: float, the rate at step 0.
        decay_steps: number > 0, after how many steps the rate is multiplied by `decay_rate` once.
        decay_rate: float.
        staircase: bool, whether the exponent is rounded down. Default False.
        name: text.
    Example:
        >>> round(float(ExponentialDecay(0.1, 10, 0.5)(20)), 4)
        0.025
    Source: keras.optimizers.schedules.ExponentialDecay of Keras 3.
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float, staircase: bool = False, name: str = "ExponentialDecay"
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _checked_steps("ExponentialDecay", "decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        passed = divide(_float(step), self.decay_steps)
        return multiply(power(float(self.decay_rate), floor(passed) if self.staircase else passed), self.initial_learning_rate)


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Arguments:
        initial_learning_rate: float, the rate at step 0.
        decay_steps: number > 0, the unit in which steps are counted.
        decay_rate: float.
        staircase: bool, whether step / decay_steps is rounded down. Default False.
        name: text.
    Example:
        >>> round(float(InverseTimeDecay(0.1, 1, 0.5)(2)), 4)
        0.05
    Source: keras.optimizers.schedules.InverseTimeDecay of Keras 3.
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float, staircase: bool = False, name: str = "InverseTimeDecay"
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _checked_steps("InverseTimeDecay", "decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        passed = divide(_float(step), self.decay_steps)
        return divide(self.initial_learning_rate, add(multiply(floor(passed) if self.staircase else passed, self.decay_rate), 1.0))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], and so on.

    Arguments:
        boundaries: increasing steps, one fewer than `values`.
        values: floats, the rates between the boundaries.
        name: text.
    Raises: ValueError if the lengths do not fit.
    Example:
        >>> [float(PiecewiseConstantDecay([2, 4], [1.0, 0.5, 0.25])(step)) for step in (0, 2, 3, 5)]
        [1.0, 1.0, 0.5, 0.25]
    Source: keras.optimizers.schedules.PiecewiseConstantDecay of Keras 3.
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay: got {len(boundaries)} boundaries and {len(values)} values. Accepted: one value more than boundaries. "
                "Write PiecewiseConstantDecay([1000, 2000], [0.1, 0.01, 0.001])."
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        step = _float(step)
        rate = convert_to_tensor(float(self.values[0]), "float32")
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            rate = select(greater(step, boundary), float(value), rate)
        return rate


class PolynomialDecay(LearningRateSchedule):
    """(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate.

    Arguments:
        initial_learning_rate: float, the rate at step 0.
        decay_steps: number > 0, the step at which `end_learning_rate` is reached; it stays there.
        end_learning_rate: float. Default 0.0001.
        power: float, 1 is a straight line. Default 1.0.
        cycle: bool, whether after `decay_steps` the rate starts again, with two, three, ... times the steps. Default False.
        name: text.
    Example:
        >>> round(float(PolynomialDecay(0.1, 10, 0.0)(5)), 4)
        0.05
    Source: keras.optimizers.schedules.PolynomialDecay of Keras 3.
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, end_learning_rate: float = 0.0001, power: float = 1.0, cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _checked_steps("PolynomialDecay", "decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        step = _float(step)
        steps: Any = float(self.decay_steps)
        if self.cycle:
            rounds = ceil(divide(step, steps))
            steps = multiply(select(equal(step, 0), 1.0, rounds), steps)
        else:
            step = minimum(step, steps)
        left = power(subtract(1.0, divide(step, steps)), float(self.power))
        return add(multiply(left, self.initial_learning_rate - self.end_learning_rate), self.end_learning_rate)


class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from `initial_learning_rate` down to alpha times it, after an optional straight warm-up to `warmup_target`.

    rate = top * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)

    Arguments:
        initial_learning_rate: float, the rate at step 0 (where the warm-up starts, if there is one).
        decay_steps: number > 0, the steps of the decay.
        alpha: float, the part of the rate that is left at the end. Default 0.0.
        name: text.
        warmup_target: float, the rate at which the warm-up ends and the decay starts. Default None: no warm-up.
        warmup_steps: int >= 0, the steps of the warm-up. Default 0.
    Example:
        >>> round(float(CosineDecay(0.1, 10)(5)), 4)
        0.05
    Source: Loshchilov and Hutter 2017; keras.optimizers.schedules.CosineDecay of Keras 3.
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, alpha: float = 0.0, name: str = "CosineDecay",
        warmup_target: float | None = None, warmup_steps: int = 0,
    ) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _checked_steps("CosineDecay", "decay_steps", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        step = _float(step)
        if self.warmup_target is None:
            return self._decayed(step, self.initial_learning_rate)
        if not self.warmup_steps:
            return self._decayed(step, self.warmup_target)
        rise = (self.warmup_target - self.initial_learning_rate) / self.warmup_steps
        warming = add(multiply(step, rise), self.initial_learning_rate)
        return select(less(step, self.warmup_steps), warming, self._decayed(subtract(step, self.warmup_steps), self.warmup_target))

    def _decayed(self, step: Tensor, top: float) -> Tensor:
        wave = _half_wave(minimum(divide(step, self.decay_steps), 1.0))
        return multiply(add(multiply(wave, 1 - self.alpha), self.alpha), top)


def _half_wave(passed: Tensor) -> Tensor:
    """(1 + cos(pi * passed)) / 2."""
    return multiply(add(cos(multiply(passed, math.pi)), 1.0), 0.5)


class CosineDecayRestarts(LearningRateSchedule):
    """Half cosine waves one after the other, each `t_mul` times as long and starting `m_mul` times as high as the one before.

    Arguments:
        initial_learning_rate: float, the rate at step 0.
        first_decay_steps: number > 0, the length of the first wave.
        t_mul: float >= 1. Default 2.0.
        m_mul: float. Default 1.0.
        alpha: float, the part of the initial rate that is left at the end of a wave. Default 0.0.
        name: text.
    Example:
        >>> [round(float(CosineDecayRestarts(0.1, 10)(step)), 4) for step in (0, 5, 10, 20)]
        [0.1, 0.05, 0.1, 0.05]
    Source: Loshchilov and Hutter 2017 (SGDR); keras.optimizers.schedules.CosineDecayRestarts of Keras 3.
    """

    def __init__(
        self, initial_learning_rate: float, first_decay_steps: float, t_mul: float = 2.0, m_mul: float = 1.0, alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = _checked_steps("CosineDecayRestarts", "first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step."""
        waves = divide(_float(step), self.first_decay_steps)  # in lengths of the first wave
        if self.t_mul == 1.0:
            number = floor(waves)
            passed = subtract(waves, number)
        else:
            number = floor(divide(log(subtract(1.0, multiply(waves, 1.0 - self.t_mul))), math.log(self.t_mul)))
            length = power(float(self.t_mul), number)
            passed = divide(subtract(waves, divide(subtract(1.0, length), 1.0 - self.t_mul)), length)
        height = power(float(self.m_mul), maximum(number, 0.0))
        wave = add(multiply(multiply(_half_wave(passed), height), 1 - self.alpha), self.alpha)
        return multiply(wave, self.initial_learning_rate)


_CLASSES = (CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay)
registry = Registry("optimizers.schedules", {c.__name__: f"{__name__}:{c.__name__}" for c in _CLASSES}, LearningRateSchedule)


def serialize(learning_rate_schedule: Any) -> Any:
    """The config of a schedule."""
    config = configurable.serialize(learning_rate_schedule)
    if isinstance(config, dict) and type(learning_rate_schedule).__module__ == __name__:
        config["module"] = "keras.optimizers.schedules"
    return config


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule of a config; `custom_objects` adds names for this one."""
    return registry.deserialize(config, custom_objects)


__getattr__, __dir__, __all__ = attach("keras.optimizers.schedules")
