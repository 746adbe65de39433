"""Functional, Sequential and subclassed models: building, calling, nesting, sharing."""

from __future__ import annotations

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.core import masks

X = np.linspace(-1, 1, 20, dtype="float32").reshape(5, 4)
Y = np.ones((5, 2), "float32")


class Plain(keras.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.out = layers.Dense(2)

    def call(self, x, training=False):
        return self.out(self.hidden(x))


class WithConstructor(keras.Model):
    def __init__(self, units=3):
        x = keras.Input((4,))
        hidden = layers.Dense(units, name="hidden")
        super().__init__(x, layers.Dense(2, name="out")(hidden(x)))
        self.hidden_layer = hidden


class ByKeywords(keras.Model):
    def __init__(self):
        x = keras.Input((4,))
        super().__init__(inputs=x, outputs=layers.Dense(2)(x), name="by_keywords")
        self.factor = 2.0


def trains(model, x=X, y=Y):
    model.compile("sgd", "mse")
    before = model.get_weights() if model.built else None
    losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    if before:
        assert any(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    return model


# --------------------------------------------------------------------------------------------------------------------- subclasses


def test_a_subclassed_model_is_built_by_its_first_call():
    model = Plain()
    assert not model.built and model.weights == []
    assert model(X).shape == (5, 2)
    assert [w.path for w in model.weights] == ["plain/dense/kernel", "plain/dense/bias", "plain/dense_1/kernel", "plain/dense_1/bias"]
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]


@pytest.mark.parametrize("build", [lambda m: m.build((None, 4)), lambda m: m.build([5, 4]), lambda m: m(X), lambda m: None])
def test_a_subclassed_model_trains_however_it_was_built(build):
    model = Plain()
    build(model)
    trains(model)
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-5)


def test_build_does_not_touch_a_model_that_is_built():
    model = Plain()
    model(X)
    before = model.get_weights()
    model.build((None, 4))
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_subclasses_that_hand_symbols_to_their_base_are_functional_models():
    model = WithConstructor(5)
    assert isinstance(model, WithConstructor) and model.input_shape == (None, 4) and model.output_shape == (None, 2)
    assert model.hidden_layer is model.get_layer("hidden")
    assert len(model.weights) == 4  # the layer in the attribute counts once
    trains(model)
    other = ByKeywords()
    assert other.name == "by_keywords" and other.factor == 2.0
    trains(other)
    assert trains(WithConstructor(2)).count_params() == 4 * 2 + 2 + 2 * 2 + 2


def test_subclasses_with_several_inputs():
    class Both(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            a, b = inputs["a"], inputs["b"]
            return {"sum": self.dense(a + b), "difference": a - b}

    model = Both()
    out = model.predict({"a": X, "b": X}, verbose=0)
    assert set(out) == {"sum", "difference"}
    np.testing.assert_array_equal(out["difference"], np.zeros_like(X))
    model.compile("sgd", {"sum": "mse"})
    losses = model.fit({"a": X, "b": X}, {"sum": Y}, epochs=2, verbose=0).history["loss"]
    assert losses[1] < losses[0]
    built = Both()
    built.build({"a": (None, 4), "b": (None, 4)})
    assert len(built.weights) == 2


def test_layers_in_lists_and_dicts_are_found():
    class Many(keras.Model):
        def __init__(self):
            super().__init__()
            self.steps = [layers.Dense(3) for _ in range(2)]
            self.heads = {"a": layers.Dense(2)}

        def call(self, x):
            for step in self.steps:
                x = step(x)
            return self.heads["a"](x)

    assert len(trains(Many()).trainable_weights) == 6


def test_training_is_passed_to_the_layers_inside():
    class Noisy(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.dropout(x)

    model = Noisy()
    ones = np.ones((1, 200), "float32")
    assert np.unique(model(ones, training=True)).tolist() == [0.0, 2.0]
    np.testing.assert_array_equal(model(ones), ones)
    np.testing.assert_array_equal(model.predict(ones, verbose=0), ones)


def test_a_model_with_build_of_its_own():
    class Custom(keras.Model):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 2), initializer="ones", name="kernel")

        def call(self, x):
            return ops.matmul(x, self.kernel)

    model = Custom()
    np.testing.assert_allclose(model(X), X @ np.ones((4, 2)), rtol=1e-6)
    assert [w.path for w in model.weights] == ["custom/kernel"]
    trains(model)


# ------------------------------------------------------------------------------------------------------------------ nested, shared


def test_models_are_layers_of_models():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="inner")
    subclassed = Plain(name="subclassed")
    x = keras.Input((4,))
    model = keras.Model(x, layers.Concatenate()([inner(x), subclassed(x)]))
    assert model.output_shape == (None, 5) and len(model.weights) == 6
    assert {id(w) for w in model.weights} == {id(w) for w in [*inner.weights, *subclassed.weights]}
    trains(model, y=np.ones((5, 5), "float32"))
    np.testing.assert_array_equal(model.get_layer("inner").get_weights()[0], inner.get_weights()[0])


def test_shared_layers_train_one_set_of_weights():
    dense = layers.Dense(4, kernel_initializer="identity", use_bias=False)
    x = keras.Input((4,))
    model = keras.Model(x, dense(dense(x)))
    assert len(model.weights) == 1
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch(X, np.zeros_like(X))
    kernel = np.eye(4)
    out = X @ kernel @ kernel
    gradient_out = 2 * out / out.size
    expected = X.T @ (gradient_out @ kernel.T) + (X @ kernel).T @ gradient_out
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * expected, rtol=1e-5, atol=1e-6)


def test_a_model_in_two_models_keeps_its_weights_in_step():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    first = keras.Sequential([base, layers.Dense(2)])
    second = keras.Sequential([base, layers.Dense(2)])
    trains(first)
    np.testing.assert_allclose(second.layers[0](X), base(X))
    trains(second)
    np.testing.assert_allclose(first.predict(X, verbose=0), first.layers[1](base(X)), rtol=1e-5)


def test_models_between_intermediate_symbols():
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu")(x)
    y = layers.Dense(2)(hidden)
    whole, features, head = keras.Model(x, y), keras.Model(x, hidden), keras.Model(inputs=hidden, outputs=y)
    assert head.input_shape == (None, 3) and len(head.weights) == 2
    np.testing.assert_allclose(head.predict(features.predict(X, verbose=0), verbose=0), whole.predict(X, verbose=0), rtol=1e-5)
    inner = keras.Model(whole.input, whole.layers[1].output)
    np.testing.assert_allclose(inner.predict(X, verbose=0), features.predict(X, verbose=0))


def test_a_model_may_return_its_input_and_constants_may_be_arguments():
    x = keras.Input((4,))
    model = keras.Model(x, [x, x + np.ones(4, "float32")])
    same, more = model.predict(X, verbose=0)
    np.testing.assert_array_equal(same, X)
    np.testing.assert_array_equal(more, X + 1)


# ------------------------------------------------------------------------------------------------------------------------- calling


def test_models_are_called_on_arrays_lists_symbols_and_variables():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    wanted = model.predict(X, verbose=0)
    for value in (X, X.tolist(), X.astype("float64"), keras.Variable(X), ops.convert_to_tensor(X)):
        np.testing.assert_allclose(np.asarray(model(value)), wanted, rtol=1e-5)
    symbol = model(keras.Input((4,)))
    assert isinstance(symbol, keras.KerasTensor) and symbol.shape == (None, 2)
    assert model.compute_output_shape((7, 4)) == (7, 2)


@pytest.mark.parametrize("form", [lambda a, b: [a, b], lambda a, b: (a, b), lambda a, b: {"a": a, "b": b}, lambda a, b: {"b": b, "a": a}])
def test_several_inputs_come_as_lists_or_by_name(form):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([a, b], a - 2 * b)
    np.testing.assert_allclose(model(form(X, X + 1)), X - 2 * (X + 1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(form(X, X + 1), verbose=0), X - 2 * (X + 1), rtol=1e-5, atol=1e-6)


def test_an_optional_input_may_be_none():
    class Maybe(layers.Layer):
        def call(self, x, y=None):
            return x if y is None else x + y

        def compute_output_shape(self, *shapes, **named):
            return shapes[0]

    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b", optional=True)
    model = keras.Model([a, b], Maybe()(a, b))
    np.testing.assert_array_equal(model([X, None]), X)
    np.testing.assert_array_equal(model([X, X]), X + X)


def test_integer_inputs_are_cast_to_the_declared_dtype():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, kernel_initializer="ones")])
    np.testing.assert_array_equal(model.predict(np.ones((1, 4), "int64"), verbose=0), [[4.0, 4.0]])
    embedded = keras.Sequential([keras.Input((2,), dtype="int32"), layers.Embedding(3, 2)])
    assert embedded.predict(np.array([[0, 2]]), verbose=0).shape == (1, 2, 2)


def test_batch_sizes_may_be_fixed():
    x = keras.Input(batch_shape=(5, 4))
    model = keras.Model(x, layers.Dense(2)(x))
    assert model.input_shape == (5, 4) and model.output_shape == (5, 2)
    assert model.predict(X, verbose=0).shape == (5, 2)


# ---------------------------------------------------------------------------------------------------------------------- Sequential


def test_sequential_grows_and_shrinks():
    model = keras.Sequential()
    model.add(keras.Input((4,)))
    model.add(layers.Dense(3))
    assert model.output_shape == (None, 3)
    model.add(layers.Dense(2))
    trains(model)
    popped = model.pop()
    assert popped.units == 2 and model.output_shape == (None, 3) and len(model.layers) == 1
    assert model.predict(X, verbose=0).shape == (5, 3)
    model.add(layers.Dense(2))
    trains(model)


@pytest.mark.parametrize(
    "first",
    [{"input_shape": (4,)}, {"input_dim": 4}, {"batch_input_shape": (None, 4)}],
    ids=["input_shape", "input_dim", "batch_input_shape"],
)
def test_the_first_layer_may_declare_the_input(first):
    model = keras.Sequential([layers.Dense(3, **first), layers.Dense(2)])
    assert model.input_shape == (None, 4) and model.built and len(model.layers) == 2
    trains(model)


def test_a_sequential_without_an_input_is_built_by_data():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built
    trains(model)
    assert model.built and model.output_shape == (None, 2) and model.input_shape == (None, 4)
    model = keras.Sequential([layers.Dense(2)])
    model.build((None, 4))
    assert model.count_params() == 10
    model = keras.Sequential([layers.Dense(2)])
    assert model(X).shape == (5, 2)
    assert keras.Sequential([layers.Dense(2)]).predict(X, verbose=0).shape == (5, 2)


def test_paths_name_the_models_around_a_layer():
    stack = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="stack")
    outer = keras.Sequential([keras.Input((4,)), stack, keras.Sequential([layers.Dense(2)], name="late")], name="outer")
    assert [w.path for w in outer.weights] == [
        "stack/dense/kernel",
        "stack/dense/bias",
        "outer/late/dense_1/kernel",
        "outer/late/dense_1/bias",
    ]
    assert stack.layers[0].path == "stack/dense"


def test_get_layer_by_name_and_number():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="one"), layers.Dense(2, name="two")])
    assert model.get_layer("two") is model.layers[1] is model.get_layer(index=1) and model.get_layer(index=-2).name == "one"


def test_weights_are_set_all_or_not_at_all():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"set_weights got shape \(9,\) for 'sequential/dense_1/bias' of shape \(2,\)"):
        model.set_weights([0 * before[0], 0 * before[1], 0 * before[2], np.zeros(9)])
    with pytest.raises(ValueError, match=r"set_weights got 1 arrays for 4 weights: \['sequential/dense/kernel'"):
        model.set_weights(before[:1])
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_deep_model_needs_no_recursion():
    x = y = keras.Input((4,))
    for _ in range(1200):
        y = y + 1.0
    model = keras.Model(x, y)
    np.testing.assert_allclose(model(X), X + 1200, rtol=1e-5)


def test_masks_pass_through_models():
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layers.Embedding(5, 2, mask_zero=True), layers.Activation("relu")])
    from_inside = model(np.array([[1, 2, 0]]))
    np.testing.assert_array_equal(masks.get_mask(from_inside), [[True, True, False]])


def test_mixed_precision_scales_the_loss():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    finally:
        keras.config.set_dtype_policy(before)
    model.compile("sgd", "mse")
    assert type(model.optimizer).__name__ == "LossScaleOptimizer" and model.optimizer.inner_optimizer.name == "sgd"
    trains(model)
    model.compile("sgd", "mse", auto_scale_loss=False)
    assert type(model.optimizer).__name__ == "SGD"
