"""Mistakes that are said and allowed, and old spellings that simply work."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from test_errors import LABELS, ONE_HOT, X, Y, namespace

import keras
from keras import layers, ops

WARNINGS = [
    (5, "Conv2D(8, 3)(Input((3, 32, 32)))", r"Conv2D 'conv2d': .*\(None, 3, 32, 32\) looks like channels first.*data_format='channels_first', or np\.moveaxis\(x, 1, -1\)"),
    (17, "bad = x.copy(); bad[3, 2] = np.nan\nmade().fit(bad, y, verbose=0)", r"loss is NaN at step 1: x has 1 NaN \(row 3, column 2\).*np\.nan_to_num"),
    (17, "bad = y.copy(); bad[5, 1] = np.inf\nmade().fit(x, bad, verbose=0)", r"y has 1 infinite \(row 5, column 1\)"),
    (17, "made().fit(x, y, sample_weight=np.r_[np.nan, np.ones(19)], verbose=0)", r"sample_weight has 1 NaN \(row 0\)"),
    (18, "big = np.arange(200.0)[:, None] * 100\nmodel = made(1, inputs=(1,))\nmodel.compile('sgd', 'mse')\nmodel.fit(big, big, epochs=30, verbose=0)",
     r"data holds no NaN; x ranges 0\.\.19900.*Scale x \(for example with a Normalization layer\) or lower the learning rate"),
    (22, "keras.utils.to_categorical(labels + 1)", r"class 0 never occurs.*to_categorical\(x - 1\)"),
    (25, "classifier('binary_crossentropy', metrics=['accuracy']).fit(x, one_hot, verbose=0)",
     r"binary_crossentropy with softmax and one-hot targets: use loss='categorical_crossentropy'.*misleading"),
    (26, "classifier(activation=None).fit(x, labels, verbose=0)", r"outputs are logits \(no activation\)\. Use loss=SparseCategoricalCrossentropy\(from_logits=True\), or activation='softmax'"),
    (27, "classifier(keras.losses.CategoricalCrossentropy(from_logits=True)).fit(x, one_hot, verbose=0)",
     r"output already went through softmax, but the loss has from_logits=True\. Remove one of the two"),
    (28, "made(activation='relu').fit(x, y, verbose=0)", r"targets range .*last activation 'relu' only reaches 0\.\.inf\. Use a last layer without activation"),
    (33, "made(metrics=['accuracy']).fit(x, y, verbose=0)", r"'accuracy' counts exact matches, and the targets are real numbers.*metrics=\['mae'\]"),
    (40, "model = made()\nmodel.layers[0].trainable = False\nmodel.fit(x, y, verbose=0)", r"'sequential': `trainable` of some layers changed after compile\(\)"),
    (43, "made().fit(iter([(x, y)]), batch_size=64, verbose=0)", r"batch_size=64 is ignored: the generator makes its own batches; make batches of 64 there"),
    (46, "classifier().fit(x, np.sort(labels), validation_split=0.2, verbose=0)", r"validation part contains only class 2; the data seems to be sorted\. Shuffle"),
    (47, "made().fit(iter([(x, y)] * 3), steps_per_epoch=5, verbose=0)", r"ran out of data in epoch 1: 3 of 5 requested batches\. Remove steps_per_epoch"),
    (48, "made().fit((b for b in [(x, y)] * 3), epochs=5, verbose=0)", r"generator was exhausted after epoch 1.*Pass a function that makes a new generator, or a keras\.utils\.PyDataset"),
    (52, "made().fit(x, y, verbose=0, callbacks=[keras.callbacks.EarlyStopping(monitor='val_loss')])",
     r"EarlyStopping\(monitor='val_loss'\): this fit has no validation data.*validation_data=\(x_val, y_val\)"),
    (52, "made(metrics=['mae']).fit(x, y, verbose=0, validation_data=(x, y), callbacks=[keras.callbacks.EarlyStopping(monitor='val_acc')])",
     r"there is no 'val_acc' in the logs.*Available are: loss, mae, val_loss, val_mae"),
]  # fmt: skip


@pytest.mark.parametrize("number, code, pattern", WARNINGS, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(WARNINGS)])
def test_the_mistake_is_said_once(number, code, pattern):
    *before, last = code.split("\n")
    found = namespace()
    exec("\n".join(before), found)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        exec(last, found)
    texts = [str(w.message) for w in said if re.search(pattern, str(w.message), re.DOTALL)]
    assert len(texts) == 1, [str(w.message) for w in said]


def test_a_softmax_over_one_unit_is_said():
    with pytest.warns(UserWarning, match=r"softmax over .*axis has size 1.*[Dd]id you mean to use a sigmoid") as said:
        layers.Dense(1, activation="softmax")(X)
    assert len(said) == 1


def made(units=2, **options):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units)])
    model.compile("sgd", "mse", **options)
    return model


def test_lints_are_said_once_for_a_model_and_never_by_evaluate():
    model = made(metrics=["accuracy"])
    model.evaluate(X, Y, verbose=0)
    with pytest.warns(UserWarning, match="counts exact matches"):
        model.train_on_batch(X, Y)
    model.train_on_batch(X, Y)
    model.fit(X, Y, verbose=0)


# ------------------------------------------------------------------------------------------- what is accepted instead of explained


def test_8_an_integer_is_a_shape():
    assert keras.Input(shape=10).shape == (None, 10)


def test_9_the_input_may_be_declared_on_the_first_layer():
    assert keras.Sequential([layers.Dense(4, input_shape=(3,))]).input_shape == (None, 3)
    assert keras.Sequential([layers.Dense(4, input_dim=3)]).input_shape == (None, 3)
    assert keras.Sequential([layers.SimpleRNN(4, batch_input_shape=(1, 5, 7))]).input_shape == (1, 5, 7)


def test_12_nested_lists_are_arrays():
    model = made()
    assert model.fit([[1, 2, 3, 4], [3, 4, 5, 6]], [[0, 1], [1, 0]], verbose=0).history["loss"][0] > 0


def test_13_objects_that_hold_numbers_are_numbers():
    model = made()
    assert model.evaluate(X.astype(object), Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))


def test_16_dicts_in_any_order_find_their_inputs():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([b, a], a - b)
    np.testing.assert_array_equal(model.predict({"a": X, "b": 0 * X}, verbose=0), X)
    np.testing.assert_array_equal(model.predict({"b": 0 * X, "a": X}, verbose=0), X)


def test_29_targets_without_the_last_axis_meet_their_outputs_in_own_functions():
    seen = []

    def own(y, p):
        seen.append((len(y.shape), len(p.shape)))
        return ops.mean(ops.square(y - p), axis=-1)

    model = made(1, metrics=[own])
    model.compile("sgd", own, metrics=[own])
    found = model.evaluate(X, Y[:, 0], verbose=0)
    wanted = float(((model.predict(X, verbose=0) - Y[:, :1]) ** 2).mean())
    assert found == pytest.approx([wanted, wanted], rel=1e-5) and set(seen) == {(2, 2)}


def test_32_numpy_functions_in_a_loss_are_ops():
    model, twin = made(), made()
    twin.set_weights(model.get_weights())
    model.compile("sgd", lambda y, p: np.mean((y - p) ** 2, axis=-1))
    model.fit(X, Y, verbose=0, shuffle=False)
    twin.fit(X, Y, verbose=0, shuffle=False)
    np.testing.assert_allclose(model.get_weights()[0], twin.get_weights()[0], rtol=1e-5)


def test_35_one_metric_needs_no_list():
    assert set(made(metrics="mae").evaluate(X, Y, verbose=0, return_dict=True)) == {"loss", "mae"}


def test_38_old_names_of_the_learning_rate_are_understood():
    adam = keras.optimizers.Adam(lr=0.25, decay=0.5)
    assert float(adam.learning_rate) == 0.25
    w = keras.Variable(np.zeros(1, "float32"))
    adam.apply([np.ones(1, "float32")], [w])
    first = float(w.numpy()[0])
    adam.apply([np.ones(1, "float32")], [w])
    assert first == pytest.approx(-0.25, rel=1e-4) and float(w.numpy()[0]) - first == pytest.approx(-0.25 / 1.5, rel=1e-3)


def test_40_a_frozen_layer_is_frozen_at_once():
    model = made()
    before = model.get_weights()
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="changed after compile"):
        model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_41_frozen_batch_normalization_uses_its_statistics():
    layer = layers.BatchNormalization()
    layer(X, training=True)
    layer.trainable = False
    before = [w.numpy() for w in layer.weights]
    frozen = layer(X, training=True)
    np.testing.assert_allclose(frozen, layer(X, training=False), rtol=1e-6)
    for a, b in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_51_class_weights_work_with_generators():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert model.fit(iter([(X, LABELS)]), class_weight={0: 1.0, 1: 5.0}, verbose=0).history["loss"][0] > 0


def test_57_predict_in_a_python_loop_is_one_program():
    model = made()
    model.predict(X[:1], verbose=0)
    program = model._trainer._steps["predict"]
    rows = np.concatenate([model.predict(row[None], verbose=0) for row in X])
    assert model._trainer._steps["predict"] is program
    np.testing.assert_allclose(rows, model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)


def test_60_numpy_functions_on_symbols_are_ops():
    x = keras.Input((4,))
    model = keras.Model(x, np.exp(x) + np.mean(x, axis=1, keepdims=True))
    np.testing.assert_allclose(model(X), np.exp(X) + X.mean(1, keepdims=True), rtol=1e-5)


def test_one_hot_targets_are_fine_where_they_belong():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, ONE_HOT, verbose=0)  # a warning here would be an error


def test_warnings_point_at_the_users_line():
    model = made(metrics=["accuracy"])
    model.layers[0].trainable = False
    bad = X.copy()
    bad[0, 0] = np.nan
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.fit(bad, Y, verbose=0)
    assert len(said) == 3
    assert {w.filename for w in said} == {__file__}
