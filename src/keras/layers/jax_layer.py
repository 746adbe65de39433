"""Layers around functions of JAX and modules of Flax."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from keras.core import tree
from keras.layers.foreign import is_symbolic, known_sizes, need_engine, outputs_of
from keras.layers.layer import Layer
from keras.ops.random import SeedGenerator

_OF_CALL = ("params", "state", "rng", "inputs", "training")
_OF_INIT = ("rng", "inputs", "training")


class JaxLayer(Layer):
    """A function of JAX as a layer; its parameters are the layer's weights.

    Arguments:
        call_fn: function that takes any of `params`, `state`, `rng`, `inputs`, `training` by these names and returns the outputs; with
            `state` among them, (outputs, new state).
        init_fn: function of `rng`, `inputs` and optionally `training` that returns params, or (params, state) if `call_fn` takes `state`.
        params, state: first values (nests of arrays), instead of `init_fn`.
        seed: int, for the same numbers in every run.
        native_serialization_platforms: kept in the config, without effect here.
    Raises: ValueError if the engine is not 'jax', or a function takes an argument of another name.
    Source: keras.layers.JaxLayer of Keras 3.
    """

    def __init__(
        self, call_fn: Any, init_fn: Any = None, params: Any = None, state: Any = None, seed: int | None = None,
        native_serialization_platforms: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        need_engine(type(self).__name__, "jax")
        super().__init__(**kwargs)
        self.call_fn = call_fn
        self.init_fn = init_fn
        self.native_serialization_platforms = native_serialization_platforms
        self._takes = self._arguments("call_fn", call_fn, _OF_CALL)
        self._init_takes = self._arguments("init_fn", init_fn, _OF_INIT) if init_fn is not None else ()
        if "inputs" not in self._takes:
            raise ValueError(f"{type(self).__name__}(call_fn): has no argument `inputs`. Write def call_fn(params, inputs): ...")
        if init_fn is None and params is None and state is None and {"params", "state"} & set(self._takes):
            raise ValueError(
                f"{type(self).__name__}(call_fn): takes `params` or `state`, and neither init_fn, params nor state is given. Write init_fn=..."
            )
        self.seed_generator = SeedGenerator(seed)
        self.params: Any = None
        self.state: Any = None
        if params is not None or state is not None:
            self._make_weights(params, state)

    def _arguments(self, name: str, function: Any, accepted: tuple[str, ...]) -> tuple[str, ...]:
        taken = tuple(inspect.signature(function).parameters)
        for argument in taken:
            if argument not in accepted:
                raise ValueError(f"{type(self).__name__}({name}): takes {argument!r}. Accepted: {', '.join(accepted)}.")
        return taken

    def _make_weights(self, params: Any, state: Any) -> None:
        def weight(value: Any, trainable: bool) -> Any:
            value = np.asarray(value)
            return self.add_weight(
                shape=value.shape, initializer=lambda shape, dtype=None: value, dtype=value.dtype.name, trainable=trainable
            )

        self.params = None if params is None else tree.map_structure(lambda v: weight(v, True), params)
        self.state = None if state is None else tree.map_structure(lambda v: weight(v, False), state)

    def build(self, input_shape: Any) -> None:
        """Make the weights that `init_fn` gives for inputs of this shape."""
        if self.init_fn is None or self.params is not None or self.state is not None:
            return
        import jax

        known = {
            "rng": jax.random.PRNGKey(self.seed_generator.seed & 0xFFFFFFFF),
            "inputs": _map_shapes(lambda shape: jax.numpy.ones(known_sizes(shape), self.compute_dtype), input_shape),
            "training": True,
        }
        made = self.init_fn(**{name: known[name] for name in self._init_takes})
        params, state = made if "state" in self._takes else (made, None)
        self._make_weights(params, state)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """What `call_fn` gives; a new state is kept."""
        if is_symbolic(inputs):
            return self._symbols(inputs, training)
        values = {"inputs": inputs, "training": training}
        if "rng" in self._takes:
            values["rng"] = self.seed_generator.next()
        for name, weights in (("params", self.params), ("state", self.state)):
            values[name] = tree.map_structure(lambda v: v.value, weights) if weights is not None else None
        outputs = self.call_fn(**{name: values[name] for name in self._takes})
        if "state" not in self._takes:
            return outputs
        outputs, state = outputs
        for variable, value in zip(tree.leaves(self.state), tree.leaves(state), strict=True):
            variable.assign(value)
        return outputs

    def _symbols(self, inputs: Any, training: bool) -> Any:
        import jax

        def structure(weights: Any) -> Any:
            return None if weights is None else tree.map_structure(lambda v: jax.ShapeDtypeStruct(v.shape, v.dtype), weights)

        def run(sized: Any) -> Any:
            symbols = tree.map_structure(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), sized)
            known = {
                "inputs": symbols, "params": structure(self.params), "state": structure(self.state),
                "rng": jax.ShapeDtypeStruct((2,), "uint32"),
            }  # fmt: skip
            arrays = {name: known[name] for name in self._takes if name != "training"}
            fixed = {"training": training} if "training" in self._takes else {}
            made = jax.eval_shape(lambda values: self.call_fn(**values, **fixed), arrays)
            return made[0] if "state" in self._takes else made

        return outputs_of(run, inputs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; functions as they are."""
        own = {name: getattr(self, name) for name in ("call_fn", "init_fn", "native_serialization_platforms")}
        return {**self._base_config(), **own}


class FlaxLayer(JaxLayer):
    """A module of Flax (linen) as a layer; its `params` are the trained weights, its other collections the state.

    Arguments:
        module: flax.linen.Module. method: the method to call. Default: __call__.
        variables: the module's first variables, a dict of collections. Default: made by the module.
    Raises: ValueError if the engine is not 'jax'.
    Source: keras.layers.FlaxLayer of Keras 3.
    """

    def __init__(self, module: Any, method: Any = None, variables: Any = None, **kwargs: Any) -> None:
        need_engine("FlaxLayer", "jax")
        self.__dict__["module"] = module
        self.__dict__["method"] = method
        names = set(inspect.signature(method or type(module).__call__).parameters)
        rest = {} if variables is None else {key: value for key, value in variables.items() if key != "params"}
        params = None if variables is None else variables.get("params", {})
        super().__init__(self._caller("training" in names), self._initializer("training" in names), params, rest or None, **kwargs)

    def _caller(self, takes_training: bool) -> Any:
        def call_fn(params: Any, state: Any, rng: Any, inputs: Any, training: Any) -> Any:
            more = {"training": training} if takes_training else {}
            outputs, updated = self.module.apply(
                {"params": params, **(state or {})}, inputs, rngs={"dropout": rng}, method=self.method, mutable=list(state or ()), **more
            )
            return outputs, {**(state or {}), **updated}

        return call_fn

    def _initializer(self, takes_training: bool) -> Any:
        def init_fn(rng: Any, inputs: Any, training: Any) -> Any:
            more = {"training": training} if takes_training else {}
            made = dict(self.module.init({"params": rng, "dropout": rng}, inputs, method=self.method, **more))
            return made.pop("params", {}), made

        return init_fn

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the module as it is."""
        return {**self._base_config(), "module": self.module, "method": self.method}


def _map_shapes(function: Any, shape: Any) -> Any:
    """`function` of each shape in a nest of shapes."""
    if isinstance(shape, dict):
        return {key: _map_shapes(function, value) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)) and any(isinstance(s, (list, tuple, dict)) for s in shape):
        return [_map_shapes(function, s) for s in shape]
    return function(tuple(shape))
