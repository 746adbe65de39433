"""`Layer`: an object that owns variables and turns tensors into tensors, built when it first sees an input."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from keras import constraints as constraints_module
from keras import initializers, regularizers
from keras.core import abstract, dtype_policy, dtypes, engine, hooks, masks, naming, tree
from keras.core import dims as D
from keras.core.configurable import Configurable, accepted_arguments
from keras.core.graph import dtype_name
from keras.core.op import abstractly, as_operand, history_is_kept
from keras.core.operation import Node, Operation
from keras.core.remat import current_remat
from keras.core.state import Autocast, Outside, StateScope, collected_losses
from keras.core.tensor import REGISTRY, KerasTensor, Symbol
from keras.core.tracebacks import shortened
from keras.core.variable import Variable
from keras.layers.call_arguments import CallSignature, TrainingScope, build_parameters, call_signature, current_training, inside_a_call
from keras.layers.input_spec import check_inputs
from keras.layers.rematerialization import rematerialized
from keras.layers.tracking import named_parts, own_variables, owned, unique
from keras.metrics.metric import Metric
from keras.ops.random import SeedGenerator

_FORGOT_SUPER = """In layer {0!r}, `super().__init__()` has not been called. Write it as the first line of {0}.__init__():
    def __init__(self, ...):
        super().__init__()"""


class Layer(Operation, Configurable):
    """A function of tensors with variables of its own.

    A subclass stores its arguments in `__init__`, makes its variables in `build(input_shape)` and computes in `call(inputs)`.

    Arguments:
        activity_regularizer: regularizer of the outputs, or None.
        trainable: whether its weights are trained.
        dtype: dtype name or policy; None means the global policy.
        autocast: whether float inputs are cast to the compute dtype.
        name: text; None gives one from the class name.
        input_shape, input_dim, batch_input_shape: shape of the input as Keras 1 and 2 spelled it: on the first layer of a Sequential.
    Example:
        >>> class Double(Layer):
        ...     def call(self, x):
        ...         return x * 2
        >>> Double()(np.ones((1, 2), "float32")).tolist()
        [[2.0, 2.0]]
    Source: keras.Layer of Keras 3.
    """

    _decides_generation = True
    """Whether the first of these tells which Keras the program speaks; an empty Sequential says nothing."""

    def __init__(
        self, *, activity_regularizer: Any = None, trainable: bool = True, dtype: Any = None, autocast: bool = True, name: str | None = None,
        input_shape: Any = None, batch_input_shape: Any = None, input_dim: int | None = None, batch_shape: Any = None, batch_size: int | None = None,
        input_length: int | None = None, input_dtype: Any = None, weights: Any = None,
    ) -> None:  # fmt: skip
        engine.current()  # the first layer chooses the engine, which may give layers a base class
        if self._decides_generation:
            naming.decide_generation(any(v is not None for v in (input_shape, batch_input_shape, input_dim)))
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"{type(self).__name__}(name): got {name!r}. Accepted: a text without '/'.")
        self.name = name or naming.auto_name(naming.to_snake_case(type(self).__name__))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self._dtype_policy = dtype_policy.get(dtype if dtype is not None else input_dtype)
        self.autocast = autocast
        self.built = False
        self._inbound_nodes: list[Node] = []
        self._losses: list[Any] = []
        self._call_signature: CallSignature = call_signature(self)
        self._initial_weights = weights
        self._declared_input_shape = _declared_shape(input_shape, batch_input_shape or batch_shape, input_dim, batch_size, input_length)
        self._path = "/".join(filter(None, (naming.current_path(), self.name)))
        if current_remat() is not None:
            self._remat_scope = current_remat()

    # ------------------------------------------------------------------------------------------------------------- to override

    _names_its_parts = False
    """Whether `build` itself puts the layer's name before the paths of what it builds."""
    supports_masking: bool = False
    """Whether a mask of the input is also the mask of the output; set it in `__init__` of a subclass."""
    input_spec: Any = None
    """What the inputs must be: an `InputSpec`, a nest of them, or None for no check; set it in `__init__` or `build`."""

    def build(self, input_shape: Any) -> None:
        """Make the variables; called once, before the first call, with the input's shape (None for unknown sizes)."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for the inputs."""
        raise NotImplementedError(f"{type(self).__name__} has no `call` method. Write def call(self, inputs): ...")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the outputs; a layer with `supports_masking` passes the input's on."""
        return previous_mask

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The output's shape for input shapes, found by running the layer on symbols."""

        def symbol(shape: Any) -> Any:
            return KerasTensor(shape, self.compute_dtype)

        shapes = [_map_shapes(symbol, a) for a in args]
        named = {k.removesuffix("_shape"): _map_shapes(symbol, v) for k, v in kwargs.items()}
        if set(named) == {"input"}:
            shapes, named = [named["input"]], {}
        return tree.map_structure(lambda t: t.shape, self.compute_output_spec(*shapes, **named))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbols of the outputs for symbols of the inputs; no weights' values are used."""
        with abstractly():
            return self._run(args, kwargs)

    # ------------------------------------------------------------------------------------------------------------------ calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "_inbound_nodes" not in self.__dict__:
            raise RuntimeError(_FORGOT_SUPER.format(type(self).__name__))
        try:
            return self._run(args, kwargs)
        except Exception as error:
            raise shortened(error)  # noqa: B904 (it is the same error)

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One call: arguments made ready, built if need be, computed, masked; on symbols a node is left behind."""
        args = tuple(map(self._as_tensors, args))
        kwargs = {k: self._as_tensors(v) if k not in ("training", "mask") else v for k, v in kwargs.items()}
        signature = self._call_signature
        training = self._resolve_training(signature, kwargs)
        node_kwargs = dict(kwargs)
        if not signature.takes_training:
            kwargs.pop("training", None)
        elif training is not None:
            kwargs["training"] = training
        first = args[0] if args else next(iter(kwargs.values()), None)
        self._fill_masks(signature, args, kwargs)
        self._check(first)
        symbolic = any(isinstance(x, KerasTensor) for x in tree.leaves([list(args), kwargs]))
        top = current_training() is None and collected_losses() is None
        if top and not symbolic:
            self._clear_losses()
        if not self.built:
            self._build_for(args, kwargs)
        with TrainingScope(training), Autocast(self.compute_dtype if self.compute_dtype != self.variable_dtype else None):
            if "_was_called" in self.__dict__:
                outputs = self._compute(args, kwargs, symbolic)
            else:  # the first call may build layers inside: their variables' paths begin with this layer's
                with naming.name_scope(self.name):
                    outputs = self._compute(args, kwargs, symbolic)
                self._was_called = True
        self._set_output_masks(first, outputs, kwargs)
        if symbolic:
            return self._leave_node(args, node_kwargs, outputs)
        return outputs

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> Any:
        try:
            if symbolic:
                with abstractly(), StateScope():  # what is assigned to variables there has no numbers
                    outputs = abstract.call_on_symbols(self.call, args, kwargs)
            elif "_remat_scope" in self.__dict__ and current_training():
                outputs = self.rematerialized_call(self.call, *args, **kwargs)(*args, **kwargs)
            else:
                outputs = self.call(*args, **kwargs)
        except (ValueError, TypeError, IndexError) as error:
            if error.args and str(error.args[0]).startswith("keras.ops"):  # says which op; say in which layer
                error.args = (f"{type(self).__name__} {self.name!r}: {error.args[0]}", *error.args[1:])
            raise
        if self.activity_regularizer is not None and not symbolic:
            for output in tree.leaves(outputs):
                if output is not None:
                    batch = REGISTRY["shape"](output)[0]
                    self.add_loss(REGISTRY["divide"](self.activity_regularizer(output), float(batch)))
        return outputs

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """The call on symbols: symbols of the outputs, with this layer as their history."""
        return self._run(args, kwargs)

    def rematerialized_call(self, layer_call: Any, *args: Any, **kwargs: Any) -> Any:
        """`layer_call`, made so that its inner values are computed again for the gradient if the `RematScope` of this layer says so.

        Arguments:
            layer_call: the layer's method. args, kwargs: what it will be called with.
        Returns: a function with the same results.
        """
        scope = self.__dict__.get("_remat_scope")
        return layer_call if scope is None else rematerialized(self, scope, layer_call, args, kwargs)

    def _leave_node(self, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> Any:
        given = {id(x) for x in tree.leaves([list(args), kwargs])}

        def fresh(x: Any) -> Any:  # a layer that returns its input (Dropout at rest) still makes a symbol of its own
            if not isinstance(x, KerasTensor) or (id(x) not in given and not hasattr(x, "_keras_history")):
                return x
            twin = KerasTensor.of(x)
            masks.set_mask(twin, masks.get_mask(x))
            return twin

        outputs = tree.map_structure(fresh, outputs)
        if history_is_kept():
            Node(self, args, kwargs, outputs)
        return outputs

    def _as_tensors(self, value: Any) -> Any:
        """Arrays and numbers in nests become tensors; float ones are cast to the compute dtype."""
        if isinstance(value, (list, tuple)) and value and all(isinstance(v, (int, float, bool)) for v in value):
            return tuple(value) if isinstance(value, tuple) else as_operand(np.asarray(value))
        if isinstance(value, (list, tuple, dict)):
            return (
                tree.map_structure(self._as_tensors, value)
                if not isinstance(value, list) or not _is_number_nest(value)
                else self._as_tensors(np.asarray(value, self.compute_dtype))
            )
        if isinstance(value, Variable):
            value = value.value
        if not hasattr(value, "dtype") or not hasattr(value, "shape") or isinstance(value, type):
            return value
        if not isinstance(value, Symbol) and not engine.current().owns(value):
            value = engine.current().asarray(value)
        name = dtype_name(value)
        if self.autocast and name != self.compute_dtype and dtypes.is_float(name) and dtypes.is_float(self.compute_dtype):
            mask = masks.get_mask(value)
            value = REGISTRY["cast"](value, self.compute_dtype)
            if mask is not None:
                masks.set_mask(value, mask)
        return value

    def _resolve_training(self, signature: CallSignature, kwargs: dict[str, Any]) -> bool | None:
        """Given in the call, else that of the call around, else `call`'s default."""
        training = kwargs.get("training")
        if training is None:
            training = current_training()
        if training is None:
            training = self.__dict__.get("_training_mode", signature.training_default)
        return training if training is None or isinstance(training, bool) else bool(training)

    def _fill_masks(self, signature: CallSignature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Give `call` the masks that its inputs carry, where it takes them and the caller gave none."""
        for name in signature.mask_names:
            if kwargs.get(name) is not None:
                continue
            source = signature.first if name == "mask" else name.removesuffix("_mask")
            if name == "mask" or source in signature.names:
                position = signature.names.index(source) if source in signature.names else 0
                value = args[position] if position < len(args) else kwargs.get(source or "")
                found = tree.map_structure(masks.get_mask, value) if value is not None else None
                if any(m is not None for m in tree.leaves(found)) and signature.names.index(name) >= len(args):
                    kwargs[name] = found

    def _set_output_masks(self, first: Any, outputs: Any, kwargs: dict[str, Any]) -> None:
        if not self.supports_masking and type(self).compute_mask is Layer.compute_mask:
            return
        previous = kwargs.get("mask")
        if previous is None:
            previous = tree.map_structure(masks.get_mask, first) if tree.is_nested(first) else masks.get_mask(first)
        if type(self).compute_mask is Layer.compute_mask and all(m is None for m in tree.leaves(previous)):
            return
        flat = [o for o in tree.flatten(outputs) if o is not None]
        with abstractly():
            computed = self.compute_mask(first, previous)
        found = tree.flatten(computed) if tree.is_nested(computed) else [computed] * len(flat)
        for output, mask in zip(flat, found, strict=False):
            if mask is not None:
                masks.set_mask(output, mask)

    def _check(self, first: Any) -> None:
        if self.input_spec is not None:
            check_inputs(self, self.input_spec, first)

    # ----------------------------------------------------------------------------------------------------------------- building

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Build from the shapes of the call's arguments; what fails half-way leaves the layer unbuilt."""
        arguments = self._call_signature.bind(args, kwargs)
        shapes = {f"{name}_shape": _shapes_of(value) for name, value in arguments.items() if _is_tensor_nest(value)}
        wanted = build_parameters(type(self))
        before = dict(self.__dict__)
        try:
            with Outside(), engine.current().concretely(), naming.name_scope(self.name):
                self._path = naming.current_path()
                if len(wanted) > 1 and all(name in shapes or _has_default(type(self).build, name) for name in wanted):
                    self.build(**{name: shapes[name] for name in wanted if name in shapes})
                elif not wanted:
                    self.build()  # type: ignore[call-arg]
                elif wanted[0] in shapes:
                    self.build(shapes[wanted[0]])
                else:
                    self.build(next(iter(shapes.values()), None))
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        self.built = True
        self._after_build()

    def _after_build(self) -> None:
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None
        for variable in own_variables(self):
            if variable.path == variable.name:
                variable._path = f"{self._path}/{variable.name}"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own_build = cls.__dict__.get("build")
        if own_build is not None and not getattr(own_build, "_marks_built", False):
            cls.build = _marking_built(own_build)  # type: ignore[method-assign]

    def add_weight(
        self, shape: Any = None, initializer: Any = None, dtype: Any = None, trainable: bool = True, autocast: bool = True, regularizer: Any = None,
        constraint: Any = None, aggregation: str = "none", overwrite_with_gradient: bool = False, name: str | None = None,
    ) -> Variable:  # fmt: skip
        """A new variable of the layer.

        Arguments:
            shape: tuple of int; () for one number. initializer: name, object or function of (shape, dtype).
            dtype: None means the layer's variable dtype. trainable: whether it is trained.
            regularizer, constraint: name or object. name: last part of its path.
        Returns: the `Variable`.
        """
        if "_was_called" in self.__dict__ and inside_a_call():
            raise RuntimeError(
                f"{type(self).__name__} {self.name!r}: add_weight({name or 'variable'!r}) in a call after the first one: each call would make another "
                "weight. Make it once, in build:\n    def build(self, input_shape):\n        self.kernel = self.add_weight(...)"
            )
        if isinstance(shape, str):  # Keras 1 and 2 took the name first
            shape, initializer, name = initializer, dtype if isinstance(dtype, str) and dtype not in dtypes.ALL else None, shape
            dtype = None
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(n is None or isinstance(n, D.Dim) for n in shape):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: add_weight(shape) got {D.to_public(shape)}: every size must be known. Write Input with a number there."
            )
        dtype = self.variable_dtype if dtype is None else dtypes.standardize(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
        with Outside():
            variable = Variable(
                initializers.get(initializer), shape=shape, dtype=dtype, trainable=trainable, autocast=autocast, aggregation=aggregation,
                name=name or "variable", kind="weight" if trainable else "statistic", path="/".join(filter(None, (naming.current_path(), name or "variable"))),
            )  # fmt: skip
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints_module.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self.__dict__.setdefault("_made_variables", []).append(variable)
        return variable

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, trainable: bool = True, autocast: bool = True, regularizer: Any = None,
        constraint: Any = None, name: str | None = None,
    ) -> Variable:  # fmt: skip
        """A new variable of the layer; see `add_weight`."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build as `get_build_config` recorded."""
        if config and not self.built:
            shape = config.get("input_shape", config.get("shapes_dict"))
            self.build(**shape) if isinstance(shape, dict) else self.build(shape)
            self.built = True

    def get_build_config(self) -> dict[str, Any] | None:
        """What `build` was called with."""
        shapes = self.__dict__.get("_build_shapes")
        return None if shapes is None else {"input_shape": shapes}

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own variables (not those of layers inside it) into a mapping, under "0", "1", ...; a file keeps them so."""
        for number, variable in enumerate(own_variables(self)):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Give the layer's own variables the values that `save_own_variables` stored; nothing is changed unless all fit.

        Raises: ValueError if there are more or fewer values than variables, or a shape differs.
        """
        variables = own_variables(self)
        if len(store.keys()) != len(variables):
            hint = "" if self.built or variables else " It is not built yet: call it on data, or write layer.build((None, 8)) first."
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: load_own_variables got {len(store.keys())} values for {len(variables)} variables: "
                f"{[v.name for v in variables]}.{hint}"
            )
        values = [np.asarray(store[str(number)]) for number in range(len(variables))]
        for variable, value in zip(variables, values, strict=True):
            if value.shape != variable.shape:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: load_own_variables got shape {value.shape} for {variable.path!r} of shape {variable.shape}."
                )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    # ------------------------------------------------------------------------------------------------------------------- losses

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Not there since Keras 3: raises NotImplementedError that says what to write."""
        raise NotImplementedError(
            f"{type(self).__name__} {self.name!r}: add_metric is gone since Keras 3. Write self.total = keras.metrics.Mean(name='total') in "
            "__init__ and self.total.update_state(value) in call, or model.compile(metrics=[...])."
        )

    def add_loss(self, loss: Any) -> None:
        """Add a number (or several) to what training minimizes."""
        collected = collected_losses()
        for x in tree.leaves(loss):
            (self._losses if collected is None else collected).append(x)

    def _clear_losses(self) -> None:
        self._losses.clear()
        for layer in self._sublayers():
            layer._clear_losses()

    @property
    def losses(self) -> list[Any]:
        """The losses that the last call added, and those of the weights' regularizers."""
        collected = collected_losses()
        added = list(collected) if collected is not None else [x for layer in self._flatten_layers() for x in layer._losses]
        return added + [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer is not None]

    # ---------------------------------------------------------------------------------------------------------------- variables

    def _sublayers(self) -> list[Layer]:
        return [layer for layer in owned(self, Layer) if layer is not self]

    def _named_parts(self, wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
        """The wanted objects in the layer's attributes, by names that do not depend on automatic ones."""
        return named_parts(self, wanted)

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> Iterator[Layer]:
        """The layer and those inside it, each once."""
        seen: set[int] = set()
        stack: list[Layer] = [self]
        while stack:
            layer = stack.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            if layer is not self or include_self:
                yield layer
            if recursive or layer is self:
                stack[:0] = layer._sublayers()

    def _own_and_nested(self, seen: set[int]) -> Iterator[Variable]:
        if id(self) in seen:
            return
        seen.add(id(self))
        yield from own_variables(self)
        for layer in self._sublayers():
            yield from layer._own_and_nested(seen)

    def _seed_variables(self) -> list[Variable]:
        return unique(g.state for layer in self._flatten_layers() for g in owned(layer, SeedGenerator))

    @property
    def weights(self) -> list[Variable]:
        """The variables that training or statistics change, in Keras' order (files depend on it)."""
        return [v for v in unique(self._own_and_nested(set())) if v.kind in ("weight", "statistic")]

    @property
    def variables(self) -> list[Variable]:
        """The weights, and the states of random generators."""
        return self.weights + self._seed_variables()

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return list(self._trainable_walk(set(), True))

    trainable_variables = trainable_weights

    def _trainable_walk(self, seen: set[int], active: bool) -> Iterator[Variable]:
        if id(self) in seen:
            return
        seen.add(id(self))
        active = active and self._trainable
        if active:
            for v in own_variables(self):
                if v.trainable and v.kind == "weight" and id(v) not in seen:
                    seen.add(id(v))
                    yield v
        for layer in self._sublayers():
            yield from layer._trainable_walk(seen, active)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trained]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trained]

    @property
    def metrics(self) -> list[Any]:
        """The metrics that the layer owns."""
        from_layers = [m for layer in self._flatten_layers() for m in owned(layer, Metric)]
        return unique(from_layers)

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of the metrics."""
        return [v for m in self.metrics for v in m.variables]

    def get_weights(self) -> list[np.ndarray]:
        """NumPy copies of the weights."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Give the weights new values, in the order of `weights`; nothing is changed unless all fit."""
        variables = self.weights
        if len(weights) != len(variables):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: set_weights got {len(weights)} arrays for {len(variables)} weights: {[v.path for v in variables]}."
            )
        for variable, value in zip(variables, weights, strict=True):
            if tuple(np.shape(value)) != variable.shape:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: set_weights got shape {tuple(np.shape(value))} for {variable.path!r} of shape {variable.shape}."
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """The number of elements of all weights."""
        if not self.built:
            raise ValueError(
                f"count_params: {type(self).__name__} {self.name!r} is not built yet. Call it on data, or build it: layer.build((None, 8))."
            )
        return sum(v.size for v in self.weights)

    # --------------------------------------------------------------------------------------------------------------- properties

    @property
    def trainable(self) -> bool:
        """Whether the weights are trained (of the layers inside as well)."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for v in own_variables(self):
            if v.made_trainable and v.kind == "weight":
                v.trainable = bool(value)
        for layer in self._sublayers():
            layer.trainable = value

    def _freeze(self) -> None:
        """The variables that `trainable=False` meant before there were any."""
        for v in own_variables(self):
            if v.kind == "weight":
                v.trainable = False

    @property
    def dtype_policy(self) -> Any:
        """The policy that says in which dtype the layer computes and keeps its variables; from a map, the one for its path."""
        policy = self._dtype_policy
        return policy[self._path] if policy.by_path else policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = dtype_policy.get(value)

    @property
    def dtype(self) -> str:
        """The dtype of the variables."""
        return self.dtype_policy.variable_dtype

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype in which the layer computes."""
        return self.dtype_policy.compute_dtype

    input_dtype = compute_dtype

    @property
    def path(self) -> str:
        """The names of the layers around it and its own, joined by '/'."""
        return self._path

    @property
    def input_shape(self) -> Any:
        """The shape(s) of the first input."""
        return tree.map_structure(lambda t: t.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """The shape(s) of the first output."""
        return tree.map_structure(lambda t: t.shape, self.output)

    @property
    def quantization_mode(self) -> str | None:
        """How the weights are quantized, by the dtype policy; None if they are not."""
        return self.dtype_policy.quantization_mode  # type: ignore[no-any-return]

    def _base_config(self) -> dict[str, Any]:
        config = {"name": self.name, "trainable": self.trainable, "dtype": dtype_policy.serialize_policy(self.dtype_policy)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments that make an equal layer."""
        config = self._base_config() if type(self).__init__ is Layer.__init__ else super().get_config()
        config.pop("weights", None)  # first values, not a description
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer that `get_config` described; an argument that is not known here and is None says nothing."""
        accepted = accepted_arguments(cls)
        config = hooks.config_of_today(cls, config)
        return cls(**{k: v for k, v in config.items() if v is not None or accepted is None or k in accepted})

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The outputs and the new non-trainable values, as a pure function of the given values."""
        pairs = [
            *zip(self.trainable_variables, trainable_variables, strict=True),
            *zip(self.non_trainable_variables, non_trainable_variables, strict=True),
        ]
        with StateScope(pairs) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
        updated = [scope.read(v) for v in self.non_trainable_variables]
        return (outputs, updated, losses) if return_losses else (outputs, updated)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or hasattr(type(self), name):
            return object.__getattribute__(self, name)  # raises what the property raised
        built = self.__dict__.get("built", True)
        hint = "" if built else " It is not built yet: call it on data, or write layer.build((None, 8))."
        raise AttributeError(f"{type(self).__name__} {self.__dict__.get('name', '')!r} has no attribute {name!r}.{hint}")

    def __setattr__(self, name: str, value: Any) -> None:
        if "_inbound_nodes" not in self.__dict__ and isinstance(value, (Variable, Layer)):
            raise RuntimeError(_FORGOT_SUPER.format(type(self).__name__))
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _inherit(chosen: Any) -> None:
    """Layers are what the chosen engine's library takes for its own kind of module."""
    if chosen.layer_base is not None and chosen.layer_base not in Layer.__mro__:
        Layer.__bases__ = (*Layer.__bases__, chosen.layer_base)


engine.when_chosen(_inherit)


def _declared_shape(
    input_shape: Any, batch_input_shape: Any, input_dim: int | None, batch_size: int | None, input_length: int | None
) -> tuple[Any, ...] | None:
    """The batch shape that Keras 1 and 2 let the first layer declare, or None."""
    if batch_input_shape is not None:
        return tuple(batch_input_shape)
    if input_shape is not None:
        inner = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
        return (batch_size, *inner)
    if input_dim is not None:
        return (batch_size, input_dim) if input_length is None else (batch_size, input_length, input_dim)
    return None


def _is_number_nest(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(_is_number_nest(v) for v in value)
    return isinstance(value, (int, float, bool))


def _is_tensor_nest(value: Any) -> bool:
    leaves = tree.flatten(value)
    return (
        bool(leaves)
        and all(hasattr(x, "shape") and hasattr(x, "dtype") for x in leaves if x is not None)
        and any(x is not None for x in leaves)
    )


def _shapes_of(value: Any) -> Any:
    def shape_of(x: Any) -> Any:
        if x is None or isinstance(x, Symbol):
            return None if x is None else D.to_public(x.dims)
        return tuple(None if abstract.pretended(n) else n for n in x.shape)

    return tree.map_structure(shape_of, value)


def _map_shapes(function: Any, shape: Any) -> Any:
    """`function` applied to the shapes in a nest of shapes (a shape is a tuple or list of int and None)."""
    if isinstance(shape, dict):
        return {k: _map_shapes(function, v) for k, v in shape.items()}
    if isinstance(shape, (list, tuple)) and any(isinstance(s, (list, tuple, dict)) for s in shape):
        return [_map_shapes(function, s) for s in shape]
    return function(tuple(shape))


def _has_default(function: Any, name: str) -> bool:
    return inspect.signature(function).parameters[name].default is not inspect.Parameter.empty


def _check_quantization(layer: Any) -> None:
    if layer.quantization_mode is not None:
        raise NotImplementedError(
            f"{type(layer).__name__} {layer.name!r}: the dtype policy {layer.dtype_policy.name!r} asks for {layer.quantization_mode} weights, "
            "which this layer does not make. Write dtype='float32'."
        )


def _marking_built(build: Any) -> Any:
    """A `build` that remembers its shapes and marks the layer as built."""

    @functools.wraps(build)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        _check_quantization(self)
        if self._names_its_parts or naming.current_path().rpartition("/")[2] == self.name:
            result = build(self, *args, **kwargs)
        else:  # called by the user: the variables' paths begin with the layer's name as always
            with naming.name_scope(self.name):
                self._path = naming.current_path()
                result = build(self, *args, **kwargs)
        if not self.__dict__.get("_trainable", True):
            self._freeze()
        self.__dict__["_build_shapes"] = args[0] if len(args) == 1 and not kwargs else kwargs or list(args)
        self.__dict__["built"] = True
        return result

    wrapper._marks_built = True  # type: ignore[attr-defined]
    return wrapper
