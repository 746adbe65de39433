"""`Optimizer`: what every optimizer has. A subclass states its slots and one pure function that updates one parameter."""

from __future__ import annotations

import functools
import inspect
import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from keras.core import config as settings
from keras.core import engine, hooks, naming
from keras.core.configurable import accepted_arguments
from keras.core.errors import suggestion
from keras.core.variable import Variable
from keras.ops.elementwise import add, cast, convert_to_tensor, divide, equal, floor_divide, mod, multiply, not_equal, subtract
from keras.ops.shaping import shape_of, zeros_like
from keras.optimizers import schedules, transforms
from keras.optimizers.schedules import InverseTimeDecay, LearningRateSchedule
from keras.optimizers.state import OptimizerState
from keras.optimizers.transforms import in_dtype

Tensor = Any
Slots = dict[str, Tensor]


def _with_common_arguments(init: Callable[..., None]) -> Callable[..., None]:
    """A subclass' constructor, its `**kwargs` spelled out as the arguments of `Optimizer` that it does not name itself."""
    signature = inspect.signature(init)
    *own, last = signature.parameters.values()
    base = inspect.signature(Optimizer.__init__).parameters.values()
    common = [p for p in base if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in signature.parameters and p.name != "learning_rate"]
    if last.kind is not last.VAR_KEYWORD or not common:
        return init

    @functools.wraps(init)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        surplus = args[len(own) - 1 :]
        if surplus and last.kind is last.VAR_KEYWORD and not any(p.kind is p.VAR_POSITIONAL for p in own):
            kwargs = {**{p.name: value for p, value in zip(common, surplus, strict=False)}, **kwargs}
            args = args[: len(own) - 1]
        init(self, *args, **kwargs)

    wrapper.__signature__ = signature.replace(parameters=[*own, *common, last])  # type: ignore[attr-defined]
    return wrapper


class Optimizer(OptimizerState):
    """Base of optimizers.

    A subclass defines `slots` (names of the tensors kept for each parameter) and
    `update(parameter, gradient, slots, learning_rate, step) -> (new parameter, new slots)`, a pure function written with ops.
    Clipping, weight decay, moving averages, gradient accumulation and loss scaling surround it and are the same for all.

    Arguments:
        learning_rate: float >= 0, a `LearningRateSchedule`, or a function without arguments.
        weight_decay: float; each parameter shrinks by weight_decay * learning_rate of itself per update. Default None.
        clipnorm: float; the gradient of each parameter is shortened to this length. Default None.
        clipvalue: float; elements of gradients are limited to this size. Default None.
        global_clipnorm: float; all gradients together are shortened to this length. Default None.
        use_ema: bool, whether a moving average of the parameters is kept. Default False.
        ema_momentum: float in [0, 1], the weight of the old average. Default 0.99.
        ema_overwrite_frequency: int; after so many updates the parameters become their average. Default None: at the end of training.
        loss_scale_factor: float by which the loss was multiplied; gradients are divided by it. Default None.
        gradient_accumulation_steps: int >= 2; the mean of so many gradients makes one update. Default None.
        name: text, the first part of the variables' paths. Default: the class' name in snake case.
        rate_decay: float; the learning rate is divided by (1 + rate_decay * iterations). Default 0.0.
        generation: 2 computes like Keras 1 and 2 where they differ: epsilon outside of the root in RMSprop and Adagrad, and the slow
            momentum schedule of Nadam. Default 3.
    Example:
        >>> class Signed(Optimizer):
        ...     def update(self, parameter, gradient, slots, learning_rate, step):
        ...         return parameter - learning_rate * np.sign(gradient), {}
        >>> w = Variable(1.0, name="w")
        >>> Signed(0.25).apply([3.0], [w])
        >>> float(w)
        0.75
    Source: keras.optimizers.Optimizer of Keras 3; the pure update after Optax and MLX.
    """

    def __init__(
        self, learning_rate: Any, weight_decay: float | None = None, clipnorm: float | None = None, clipvalue: float | None = None,
        global_clipnorm: float | None = None, use_ema: bool = False, ema_momentum: float = 0.99, ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None, gradient_accumulation_steps: int | None = None, name: str | None = None, *,
        rate_decay: float = 0.0, generation: int = 3,
    ) -> None:  # fmt: skip
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.rate_decay = float(rate_decay)
        self.generation = generation
        self._check_common_arguments()
        rate = self._checked_rate(learning_rate)
        self.name = name or naming.auto_name(naming.to_snake_case(type(self).__name__))
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._index: dict[int, int] = {}
        self._slots: list[dict[str, Variable]] = []
        self._shared: dict[str, Variable] = {}
        self._averages: list[Variable | None] = []
        self._accumulators: list[Variable | None] = []
        self._not_decayed: tuple[set[int], list[str]] = (set(), [])
        self._iterations = self.add_variable((), dtype="int32", name="iteration")
        self._learning_rate: Any = rate
        if isinstance(rate, float):
            self._learning_rate = self._rate_variable(rate)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "__init__" in cls.__dict__:
            cls.__init__ = _with_common_arguments(cls.__init__)  # type: ignore[method-assign]
        super().__init_subclass__(**kwargs)

    # ------------------------------------------------------------------------------------------- what a subclass defines

    def slots(self, variable: Variable) -> Sequence[Sequence[str]]:
        """The names of the tensors kept for a parameter. Groups only say in which order they stand in `variables` and in files."""
        return ()

    def initial_slot(self, name: str, variable: Variable) -> Variable:
        """A slot's variable before the first update: zeros of the parameter's shape and dtype unless a subclass says otherwise."""
        return self.add_variable_from_reference(variable, name)

    def shared_slots(self) -> dict[str, float]:
        """Names and first values of numbers that all parameters share."""
        return {}

    def advance(self, shared: Slots, step: Tensor) -> Slots:
        """The shared numbers of this step from those of the step before."""
        return shared

    def weight_decay_of(self, variable: Variable) -> float | None:
        """The weight decay of a parameter."""
        return self.weight_decay

    def update(self, parameter: Tensor, gradient: Tensor, slots: Slots, learning_rate: Tensor, step: Tensor) -> tuple[Tensor, Slots]:
        """The new parameter and the new values of its slots.

        Arguments:
            parameter: its value. gradient: of the same shape and dtype.
            slots: the values of its slots and of the shared ones, by name.
            learning_rate: scalar in the parameter's dtype. step: scalar in that dtype, 1 at the first update.
        """
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} must define update(self, parameter, gradient, slots, learning_rate, step) -> (parameter, slots)."
        )

    # --------------------------------------------------------------------------------------------------------- arguments

    def _check_common_arguments(self) -> None:
        name = type(self).__name__
        given = [n for n in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, n) is not None]
        for argument in [*given, *(n for n in ("weight_decay", "loss_scale_factor") if getattr(self, n) is not None)]:
            value = getattr(self, argument)
            if isinstance(value, (bool, str)) or not value >= 0:
                raise ValueError(f"{name}({argument}): got {value!r}. Accepted: a float >= 0 or None.")
        if len(given) > 1:
            raise ValueError(
                f"{name}: got {' and '.join(given)}. Accepted: one of clipnorm, clipvalue and global_clipnorm. Leave out {given[-1]}."
            )
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"{name}(ema_momentum): got {self.ema_momentum!r}. Accepted: a float in [0, 1]. Write ema_momentum=0.99.")
        for argument, least in (("ema_overwrite_frequency", 1), ("gradient_accumulation_steps", 2)):
            value = getattr(self, argument)
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least):
                raise ValueError(f"{name}({argument}): got {value!r}. Accepted: an integer >= {least}, or None.")

    def _checked_rate(self, value: Any) -> Any:
        """A schedule or function as it is, a number as a float."""
        if isinstance(value, dict):
            value = schedules.deserialize(value)
        if isinstance(value, LearningRateSchedule) or (callable(value) and not isinstance(value, Variable)):
            return value
        try:
            number = math.nan if isinstance(value, (str, bool)) or value is None else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not 0 <= number < math.inf:
            name = type(self).__name__
            raise ValueError(
                f"{name}(learning_rate): got {value!r}. Accepted: a float >= 0, a keras.optimizers.schedules.LearningRateSchedule, "
                f"or a function without arguments. Write {name}(learning_rate=0.001)."
            )
        return number

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a variable to read and assign, or with a schedule its value at this step. `rate_decay` is not in it."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        return self._rate_now()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        rate = self._checked_rate(value)
        if isinstance(self._learning_rate, Variable):
            if isinstance(rate, float):
                self._learning_rate.assign(rate)
                return
            self._variables.remove(self._learning_rate)
        elif isinstance(rate, float) and isinstance(self._learning_rate, LearningRateSchedule):
            schedule = type(self._learning_rate).__name__
            raise TypeError(
                f"{type(self).__name__}: learning_rate follows a {schedule}, so it cannot be set to {rate}. Make the optimizer with a float "
                f"to be able to set it: {type(self).__name__}(learning_rate={rate}), or set another schedule."
            )
        self._learning_rate = self._rate_variable(rate) if isinstance(rate, float) else rate

    def _rate_variable(self, rate: float) -> Variable:
        variable = Variable(rate, dtype="float32", trainable=False, name="learning_rate", path=f"{self.name}/learning_rate", kind="slot")
        self._variables.insert(1, variable)
        return variable

    def _rate_now(self) -> Tensor:
        """The learning rate of this step, the decay in it."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            rate = rate(self._iterations.value)
        elif not isinstance(rate, Variable):
            rate = rate()
        rate = rate.value if isinstance(rate, Variable) else rate
        if self.rate_decay:
            rate = divide(rate, add(multiply(cast(self._iterations.value, "float32"), self.rate_decay), 1.0))
        return rate

    # ------------------------------------------------------------------------------------------------------------- state

    @property
    def iterations(self) -> Any:
        """The number of updates made; with gradient accumulation, of the real ones."""
        if self.gradient_accumulation_steps:
            return floor_divide(self._iterations.value, self.gradient_accumulation_steps)
        return self._iterations

    @iterations.setter
    def iterations(self, variable: Variable) -> None:
        if self.built:
            raise RuntimeError(
                f"{type(self).__name__}: iterations cannot be replaced once the optimizer is built. Write optimizer.iterations.assign(n)."
            )
        self._variables[0] = self._iterations = variable

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for these parameters."""
        if self.built:
            return
        variables = list(variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        groups = [() if v.overwrite_with_gradient else self.slots(v) for v in variables]
        self._slots = [{} for _ in variables]
        for place in range(max(map(len, groups), default=0)):
            for variable, own, slots in zip(variables, groups, self._slots, strict=True):
                for name in own[place] if place < len(own) else ():
                    slots[name] = self.initial_slot(name, variable)
        self._shared = {name: self.add_variable((), constant(first), "float32", name=name) for name, first in self.shared_slots().items()}
        self._trainable_variables = variables
        self._index = {id(v): i for i, v in enumerate(variables)}
        self.built = True

    def _get_variable_index(self, variable: Variable) -> int:
        return self._index[id(variable)]

    # ----------------------------------------------------------------------------------------------------------- updates

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """One update from pairs of gradient and parameter."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """One update.

        Arguments:
            grads: one gradient for each parameter; None leaves a parameter as it is.
            trainable_variables: the parameters. Default: those that the optimizer was built for.
        """
        gradients, variables = self._matched(list(grads), None if trainable_variables is None else list(trainable_variables))
        gradients = [convert_to_tensor(g) if isinstance(g, (int, float, list)) else g for g in gradients]
        if self.loss_scale_factor is not None:
            gradients = [divide(g, self.loss_scale_factor) for g in gradients]
        if self.gradient_accumulation_steps:
            self._accumulate(gradients, variables)
        else:
            self._step(gradients, variables)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def _matched(self, gradients: list[Any], variables: list[Variable] | None) -> tuple[list[Any], list[Variable]]:
        """Gradients and parameters that belong together, checked before anything changes."""
        name = type(self).__name__
        if variables is None:
            if not self.built:
                raise ValueError(
                    f"{name}.apply(grads): the parameters are not known yet. Write optimizer.apply(grads, model.trainable_variables)."
                )
            variables = self._trainable_variables
        if len(gradients) != len(variables):
            raise ValueError(
                f"{name}.apply: got {len(gradients)} gradients for {len(variables)} parameters. Accepted: as many of one as of the other."
            )
        if self.built:
            self._check_known(variables)
        for g, v in zip(gradients, variables, strict=True):
            if g is not None and tuple(shape_of(g)) != v.shape:
                raise ValueError(
                    f"{name}.apply: the gradient of {v.path!r} has shape {tuple(shape_of(g))}, but the parameter has shape {v.shape}."
                )
        missing = [v.path for g, v in zip(gradients, variables, strict=True) if g is None]
        if variables and len(missing) == len(variables):
            raise ValueError(f"{name}.apply: all gradients are None, so no parameter would change. Does the loss depend on {missing[0]!r}?")
        if missing:
            warnings.warn(
                f"No gradient for {', '.join(map(repr, missing))}: the loss does not depend on it, so it stays as it is.", stacklevel=4
            )
        if not self.built:
            self.build(variables)
        kept = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        return [in_dtype(g, v.dtype) for g, v in kept], [v for _, v in kept]

    def _check_known(self, variables: Sequence[Variable]) -> None:
        unknown = next((v for v in variables if id(v) not in self._index), None)
        if unknown is None:
            return
        name = type(self).__name__
        own = self._trainable_variables[0].path if self._trainable_variables else "none"
        raise ValueError(
            f"{name} {self.name!r} was built for the {len(self._trainable_variables)} parameters of {own.split('/')[0]!r} (first {own!r}) and cannot "
            f"update {unknown.path!r} of {unknown.path.split('/')[0]!r}. An optimizer serves one model. "
            f"Write a new one for each: {name}.from_config(optimizer.get_config())."
        )

    def _accumulate(self, gradients: Sequence[Tensor], variables: Sequence[Variable]) -> None:
        """Add to the sums of gradients, and update with their mean at every n-th call."""
        count = self.gradient_accumulation_steps
        accumulators = [self._accumulators[self._index[id(v)]] for v in variables]
        totals = [g if a is None else add(a.value, g) for a, g in zip(accumulators, gradients, strict=True)]

        def update() -> None:
            self._step([t if a is None else divide(t, count) for a, t in zip(accumulators, totals, strict=True)], variables)
            for a in accumulators:
                if a is not None:
                    a.assign(zeros_like(a.value))

        def wait() -> None:
            for a, t in zip(accumulators, totals, strict=True):
                if a is not None:
                    a.assign(t)

        is_due = equal(mod(add(self._iterations.value, 1), count), 0)
        transforms.conditionally(is_due, update, wait, [*variables, *self._variables])

    def _step(self, gradients: Sequence[Tensor], variables: Sequence[Variable]) -> None:
        """Clip, decay, update, average."""
        updated = [(g, v) for g, v in zip(gradients, variables, strict=True) if not v.overwrite_with_gradient]
        for g, v in zip(gradients, variables, strict=True):
            if v.overwrite_with_gradient:
                v.assign(g)
        parameters = [v for _, v in updated]
        clipped = self._clipped([g for g, _ in updated])
        rate = self._rate_now()
        self._decay_weights(parameters, rate)
        if self._shared:
            step = cast(add(self.iterations, 1), "float32")
            for name, value in self.advance({k: v.value for k, v in self._shared.items()}, step).items():
                self._shared[name].assign(value)
        self._update_all(clipped, parameters, rate)
        if self.use_ema:
            self._average(parameters)

    def _update_all(self, gradients: Sequence[Tensor], variables: Sequence[Variable], rate: Tensor) -> None:
        for g, v in zip(gradients, variables, strict=True):
            self.update_step(g, v, rate)

    def _clipped(self, gradients: Sequence[Tensor]) -> Sequence[Tensor]:
        if self.clipnorm:
            return transforms.clipped_by_norm(gradients, self.clipnorm)
        if self.global_clipnorm:
            return transforms.clipped_by_global_norm(gradients, self.global_clipnorm)
        return transforms.clipped_by_value(gradients, self.clipvalue) if self.clipvalue else gradients

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        """Update one parameter and its slots. Optimizers written for Keras 3 override this and assign; others define `update`."""
        slots = self._slots[self._index[id(variable)]]
        values = {name: slot.value for name, slot in {**slots, **self._shared}.items()}
        rate, step = in_dtype(learning_rate, variable.dtype), cast(add(self.iterations, 1), variable.dtype)
        new, new_slots = self.update(variable.value, gradient, values, rate, step)
        for name, value in new_slots.items():
            slots[name].assign(value)
        variable.assign(new)

    def assign(self, variable: Variable, value: Tensor) -> None:
        """Give a variable a value, for use in `update_step`."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Tensor) -> None:
        """Add to a variable, for use in `update_step`."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Tensor) -> None:
        """Subtract from a variable, for use in `update_step`."""
        variable.assign_sub(value)

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """One update as a pure function: (new values of the parameters, new values of `variables`)."""
        if not self.built:
            raise ValueError(
                f"{type(self).__name__}.stateless_apply: the slots are not made yet. Write optimizer.build(model.trainable_variables) first."
            )
        state = self.variables
        own = [*self._trainable_variables, *state]
        given = [*trainable_variables, *optimizer_variables]
        if len(own) != len(given):
            raise ValueError(
                f"{type(self).__name__}.stateless_apply: got {len(trainable_variables)} parameters and {len(optimizer_variables)} optimizer variables. "
                f"Accepted: {len(self._trainable_variables)} and {len(state)}."
            )
        values = transforms.with_state(zip(own, given, strict=True), lambda: self.apply(grads, self._trainable_variables), own)
        count = len(self._trainable_variables)
        return values[:count], values[count:]

    def scale_loss(self, loss: Tensor) -> Tensor:
        """The loss times `loss_scale_factor`."""
        return loss if self.loss_scale_factor is None else multiply(loss, self.loss_scale_factor)

    # -------------------------------------------------------------------------------------------- weight decay, averages

    def exclude_from_weight_decay(self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None) -> None:
        """Leave parameters out of the weight decay: given ones, and those whose name a pattern is found in (`['bias']`)."""
        if var_list is not None and not all(isinstance(v, Variable) for v in var_list):
            raise ValueError("exclude_from_weight_decay(var_list): Accepted: a list of variables. Names go in var_names=['bias'].")
        self._not_decayed = ({id(v) for v in var_list or ()}, list(var_names or ()))

    def _use_weight_decay(self, variable: Variable) -> bool:
        ids, patterns = self._not_decayed
        return id(variable) not in ids and not any(re.search(p, variable.name) for p in patterns)

    def _decay_weights(self, variables: Sequence[Variable], rate: Tensor) -> None:
        for v in variables:
            decay = self.weight_decay_of(v)
            if decay is not None and self._use_weight_decay(v):
                v.assign(multiply(v.value, subtract(1.0, multiply(in_dtype(rate, v.dtype), decay))))

    def _average(self, variables: Sequence[Variable]) -> None:
        """Move the averages; at every n-th update the parameters become them."""
        for v in variables:
            average = self._averages[self._index[id(v)]]
            if average is None:
                continue
            momentum = multiply(cast(not_equal(self.iterations, 0), v.dtype), self.ema_momentum)  # the first average is the value itself
            average.assign(transforms.moving_average(average.value, v.value, momentum))
            if self.ema_overwrite_frequency:
                is_due = cast(equal(mod(add(self.iterations, 1), self.ema_overwrite_frequency), 0), v.dtype)
                v.assign(transforms.moving_average(average.value, v.value, is_due))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """With `use_ema`, give the parameters their averages: the end of training."""
        if not self.use_ema:
            return
        for v in var_list:
            average = self._averages[self._index[id(v)]] if id(v) in self._index else None
            if average is not None:
                v.assign(average.value)

    # ------------------------------------------------------------------------------------------------------------ config

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as Keras 3 reads them too."""
        common = inspect.signature(Optimizer.__init__).parameters.values()
        base = {
            p.name: getattr(self, p.name) for p in common if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in ("self", "learning_rate")
        }
        config = {"name": self.name, "learning_rate": self._rate_config(), **base, **super().get_config()}
        for extension in ("rate_decay", "generation"):
            config.pop(extension, None)
        if self.generation < 3:
            config["decay"] = 0.0  # Keras 3 ignores this key; here it asks for the formulas of before Keras 3
        return config

    def _base_config(self) -> dict[str, Any]:
        return {"name": self.name, "learning_rate": self._rate_config()}

    def _rate_config(self) -> Any:
        if not isinstance(self._learning_rate, Variable):
            return schedules.serialize(self._learning_rate)
        rate = float(str(self._learning_rate.numpy()))  # 0.001, and not the 0.0010000000474974513 that float32 makes of it
        return schedules.serialize(InverseTimeDecay(rate, 1, self.rate_decay)) if self.rate_decay else rate

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The optimizer that `get_config` described."""
        rate = config.get("learning_rate")
        return cls(**{**config, "learning_rate": schedules.deserialize(rate, custom_objects)} if isinstance(rate, dict) else config)

    # ---------------------------------------------------------------------------------------------------- old attributes

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy (deepcopy, pickle) finds its own parameters, which are other objects than the original's."""
        self.__dict__.update(state)
        self.__dict__["_index"] = {id(v): i for i, v in enumerate(self.__dict__.get("_trainable_variables", ()))}

    def __getattr__(self, name: str) -> Any:
        if isinstance(getattr(type(self), name, None), property):
            return object.__getattribute__(self, name)  # its own AttributeError, not one about the name
        today = None if name.startswith("_") else hooks.resolve_name("optimizer attributes", name)
        if today is None:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.{suggestion(name, dir(self))}")
        return getattr(self, today)

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        if not (name.startswith("_") or name in self.__dict__ or hasattr(cls, name) or name in (accepted_arguments(cls) or ())):
            name = hooks.resolve_name("optimizer attributes", name) or name
        super().__setattr__(name, value)


def _inherit(chosen: Any) -> None:
    """Optimizers are what the chosen engine's library takes for something that it can save."""
    if chosen.optimizer_base is not None and chosen.optimizer_base not in Optimizer.__mro__:
        Optimizer.__bases__ = (*Optimizer.__bases__, chosen.optimizer_base)


engine.when_chosen(_inherit)


def constant(value: float) -> Any:
    """An initializer of one value."""
    return lambda shape, dtype=None: np.full(shape, value)


def positive_epsilon(optimizer: str, epsilon: float | None) -> float:
    """`epsilon` checked; None is the process' default, as Keras 2 had it."""
    epsilon = settings.epsilon() if epsilon is None else epsilon
    if isinstance(epsilon, (str, bool)) or not epsilon >= 0:
        raise ValueError(f"{optimizer}(epsilon): got {epsilon!r}. Accepted: a float >= 0. Write epsilon=1e-7.")
    return float(epsilon)
