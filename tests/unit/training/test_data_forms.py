"""`fit`, `evaluate` and `predict` on every form of data: the same rows give the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

import keras
from keras import layers

RNG = np.random.default_rng(5)
X = RNG.normal(size=(20, 3)).astype("float32")
Y = RNG.normal(size=(20, 2)).astype("float32")
W = RNG.uniform(0.5, 2.0, size=20).astype("float32")
for array in (X, Y, W):
    array.flags.writeable = False


def model(**options):
    built = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    built.compile(keras.optimizers.SGD(0.05), "mse", **{"metrics": ["mae"], **options})
    return built


def fitted(x, y=None, **options):
    trained = model()
    history = trained.fit(x, y, **{"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0, **options}).history
    return history, trained.get_weights()


EXPECTED = None


def expected():
    global EXPECTED
    EXPECTED = EXPECTED or fitted(X, Y)
    return EXPECTED


def assert_same(found, wanted=None):
    (history, weights), (other, others) = found, wanted or expected()
    assert history.keys() == other.keys()
    for name in history:
        np.testing.assert_allclose(history[name], other[name], rtol=1e-6)
    for a, b in zip(weights, others, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def batches(x=X, y=Y, *more, size=8):
    for start in range(0, len(x), size):
        yield tuple(a[start : start + size] for a in (x, y, *more))


class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[8 * index : 8 * index + 8], Y[8 * index : 8 * index + 8]


def test_training_follows_the_formulas():
    w, b = np.ones((3, 2)), np.zeros(2)
    losses = []
    for _ in range(2):
        total = 0.0
        for x, y in batches(X.astype("float64"), Y.astype("float64")):
            error = x @ w + b - y
            total += (error**2).mean() * len(x)
            gradient = 2 * error / error.size
            w, b = w - 0.05 * x.T @ gradient, b - 0.05 * gradient.sum(axis=0)
        losses.append(total / 20)
    history, (kernel, bias) = expected()
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-5)
    np.testing.assert_allclose(kernel, w, rtol=1e-5)
    np.testing.assert_allclose(bias, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "x, y",
    [
        (X.tolist(), Y.tolist()),
        (tuple(map(tuple, X.tolist())), Y),
        ([X], [Y]),
        (X.astype("float64"), Y.astype("float64")),
        (np.asfortranarray(X), Y[::-1][::-1]),
    ],
    ids=["nested lists", "nested tuples", "list of one array", "float64", "other memory orders"],
)
def test_arrays_in_other_forms(x, y):
    assert_same(fitted(x, y))


def test_a_dict_of_one_input_by_its_name():
    trained = keras.Sequential([keras.Input((3,), name="rows"), layers.Dense(2, kernel_initializer="ones")])
    trained.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    history = trained.fit({"rows": X}, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    assert_same((history, trained.get_weights()))


def test_generators_give_the_batches_themselves():
    def endless():
        while True:
            yield from batches()

    assert_same(fitted(endless(), batch_size=None, steps_per_epoch=3))
    assert_same(fitted(lambda: batches(), batch_size=None))


def test_a_generator_that_ends_early_says_so_and_training_stops():
    with pytest.warns(UserWarning, match=r"generator ran out of data in epoch 2: 2 of 3 requested batches"):
        history, _ = fitted(iter(list(batches()) + list(batches())[:2]), batch_size=None, steps_per_epoch=3, epochs=4)
    assert len(history["loss"]) == 2
    with pytest.warns(UserWarning, match=r"generator was exhausted after epoch 1"):
        history, _ = fitted(batches(), batch_size=None, epochs=3)
    assert len(history["loss"]) == 1


def test_a_py_dataset_gives_its_batches():
    assert_same(fitted(Rows(), batch_size=None))


def test_sample_weights_in_arrays_generators_and_triples():
    wanted = fitted(X, Y, sample_weight=W)
    assert wanted[0]["loss"] != expected()[0]["loss"]
    assert_same(fitted(lambda: batches(X, Y, W), batch_size=None), wanted)
    np.testing.assert_allclose(wanted[0]["mae"][0], expected()[0]["mae"][0], rtol=0.05)  # metrics are not weighted


def test_zero_weights_leave_rows_out():
    weights = np.r_[np.ones(8), np.zeros(12)].astype("float32")
    _, trained = fitted(X, Y, sample_weight=weights, epochs=1)
    _, alone = fitted(X[:8], Y[:8], epochs=1)
    for a, b in zip(trained, alone, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def classifier():
    built = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="softmax", kernel_initializer="zeros")])
    built.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return built


def test_class_weights_are_sample_weights_for_arrays_and_generators():
    labels = np.arange(20) % 3
    table = {0: 1.0, 1: 3.0, 2: 0.5}
    weights = np.array([table[i] for i in labels.tolist()], "float32")
    results = []
    for options in ({"class_weight": table}, {"sample_weight": weights}, {"class_weight": {"0": 1.0, "1": 3.0, "2": 0.5}}):
        built = classifier()
        built.fit(X, labels, batch_size=8, shuffle=False, verbose=0, **options)
        results.append(built.get_weights()[0])
    built = classifier()
    built.fit(batches(X, labels), class_weight=table, verbose=0)
    results.append(built.get_weights()[0])
    built = classifier()
    one_hot = np.eye(3, dtype="float32")[labels]
    built.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    built.fit(X, one_hot, batch_size=8, shuffle=False, verbose=0, class_weight=table)
    results.append(built.get_weights()[0])
    for other in results[1:]:
        np.testing.assert_allclose(other, results[0], rtol=1e-5, atol=1e-7)


def test_class_weights_and_sample_weights_multiply():
    labels = np.arange(20) % 3
    both, product = classifier(), classifier()
    both.fit(X, labels, batch_size=8, shuffle=False, verbose=0, class_weight={1: 2.0}, sample_weight=W)
    product.fit(X, labels, batch_size=8, shuffle=False, verbose=0, sample_weight=np.where(labels == 1, 2 * W, W))
    np.testing.assert_allclose(both.get_weights()[0], product.get_weights()[0], rtol=1e-6)


# ------------------------------------------------------------------------------------------------------------------------ validation


@pytest.mark.parametrize(
    "data, options",
    [
        (lambda: (X[:10], Y[:10]), {}),
        (lambda: [X[:10], Y[:10]], {}),
        (lambda: (X[:10], Y[:10], np.ones(10, "float32")), {}),
        (lambda: Rows10(), {}),
        (lambda: list(batches(X[:10], Y[:10])).__iter__(), {}),
        (lambda: lambda: batches(X[:10], Y[:10]), {"epochs": 2}),
    ],
    ids=["tuple", "list", "triple", "PyDataset", "generator", "function"],
)
def test_validation_data_is_evaluated_after_each_epoch(data, options):
    trained = model()
    options = {"epochs": 1, **options}
    history = trained.fit(X, Y, batch_size=8, shuffle=False, verbose=0, validation_data=data(), **options).history
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    loss, mae = trained.evaluate(X[:10], Y[:10], verbose=0)
    assert history["val_loss"][-1] == pytest.approx(loss, rel=1e-5) and history["val_mae"][-1] == pytest.approx(mae, rel=1e-5)


class Rows10(Rows):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        part = slice(8 * index, min(8 * index + 8, 10))
        return X[part], Y[part]


def test_weighted_validation_data():
    trained = model()
    history = trained.fit(X, Y, verbose=0, validation_data=(X[:10], Y[:10], W[:10])).history
    assert history["val_loss"][0] == pytest.approx(trained.evaluate(X[:10], Y[:10], sample_weight=W[:10], verbose=0)[0], rel=1e-5)
    assert history["val_loss"][0] != pytest.approx(trained.evaluate(X[:10], Y[:10], verbose=0)[0], rel=1e-5)


def test_validation_split_takes_the_last_rows_and_trains_on_the_others():
    trained, other = model(), model()
    history = trained.fit(X, Y, validation_split=0.25, batch_size=8, shuffle=False, verbose=0).history
    wanted = other.fit(X[:15], Y[:15], validation_data=(X[15:], Y[15:]), batch_size=8, shuffle=False, verbose=0).history
    assert history == wanted
    np.testing.assert_array_equal(trained.get_weights()[0], other.get_weights()[0])


def test_validation_split_of_several_inputs_and_weights():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    trained = keras.Model([a, b], layers.Dense(2)(layers.Add()([a, b])))
    trained.compile("sgd", "mse")
    history = trained.fit({"b": X, "a": 2 * X}, Y, sample_weight=W, validation_split=0.5, verbose=0).history
    wanted = trained.evaluate([2 * X[10:], X[10:]], Y[10:], sample_weight=W[10:], verbose=0)
    assert history["val_loss"][0] == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("frequency, epochs", [(2, [1, 3]), ([1, 4], [0, 3]), (1, [0, 1, 2, 3]), ({3}, [2])])
def test_validation_freq_names_the_epochs(frequency, epochs):
    seen = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.extend([epoch] if "val_loss" in logs else [])

    history = model().fit(X, Y, epochs=4, verbose=0, validation_data=(X, Y), validation_freq=frequency, callbacks=[Note()]).history
    assert seen == epochs and len(history["val_loss"]) == len(epochs) and len(history["loss"]) == 4


def test_validation_steps_and_batch_size():
    sizes = []

    class Note(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            sizes.append(batch)

    model().fit(X, Y, verbose=0, validation_data=(X, Y), validation_batch_size=4, callbacks=[Note()])
    assert sizes == [0, 1, 2, 3, 4]
    sizes.clear()
    model().fit(X, Y, verbose=0, validation_data=(X, Y), validation_batch_size=4, validation_steps=2, callbacks=[Note()])
    assert sizes == [0, 1]


# ---------------------------------------------------------------------------------------------------------------- batches and epochs


class Seen(layers.Layer):
    """Notes the first column of what it is called on, while the model runs eagerly."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def call(self, x, training=False):
        if training and hasattr(x, "numpy") or isinstance(x, np.ndarray):
            self.rows.append(np.asarray(x)[:, 0].astype(int).tolist())
        return x


def rows_seen(samples=10, **options):
    seen = Seen()
    watched = keras.Sequential([keras.Input((1,)), seen, layers.Dense(1)])
    watched.compile("sgd", "mse", run_eagerly=True)
    x = np.arange(samples, dtype="float32")[:, None]
    watched.fit(x, x, verbose=0, **options)
    return seen.rows


def test_without_shuffling_rows_come_in_order_with_a_smaller_last_batch():
    assert rows_seen(batch_size=4, shuffle=False) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_shuffling_draws_a_new_order_for_each_epoch():
    rows = rows_seen(samples=40, batch_size=40, epochs=2)
    assert [sorted(r) for r in rows] == [list(range(40))] * 2
    assert rows[0] != rows[1] and rows[0] != list(range(40))


def test_shuffling_batches_keeps_them_whole():
    rows = rows_seen(samples=40, batch_size=4, shuffle="batch")
    assert sorted(rows) == [list(range(i, i + 4)) for i in range(0, 40, 4)] and rows != sorted(rows)


def test_the_order_follows_the_seed():
    keras.utils.set_random_seed(3)
    first = rows_seen(samples=40, batch_size=40)
    keras.utils.set_random_seed(3)
    assert rows_seen(samples=40, batch_size=40) == first
    assert rows_seen(samples=40, batch_size=40) != first


def test_batches_larger_than_the_data():
    assert rows_seen(batch_size=64, shuffle=False) == [list(range(10))]


def test_steps_per_epoch_go_on_where_the_epoch_before_stopped():
    assert rows_seen(batch_size=4, shuffle=False, steps_per_epoch=2, epochs=2) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3]]


def test_initial_epoch_counts_on():
    history = model().fit(X, Y, initial_epoch=3, epochs=5, verbose=0)
    assert history.epoch == [3, 4] and len(history.history["loss"]) == 2
    assert model().fit(X, Y, initial_epoch=5, epochs=5, verbose=0).epoch == []


def test_a_partial_batch_counts_by_its_rows():
    loss, mae = model().evaluate(X, Y, batch_size=8, verbose=0)
    whole, whole_mae = model().evaluate(X, Y, batch_size=20, verbose=0)
    assert loss == pytest.approx(whole, rel=1e-6) and mae == pytest.approx(whole_mae, rel=1e-6)


def test_one_dimensional_data_gets_its_last_axis():
    built = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    built.compile("sgd", "mse")
    x = np.arange(6, dtype="float32")
    assert built.evaluate(x, x, verbose=0) == 0.0
    np.testing.assert_array_equal(built.predict(x, verbose=0), x[:, None])


# ------------------------------------------------------------------------------------------------------- evaluate, predict, on batch


@pytest.mark.parametrize("return_dict", [False, True])
def test_evaluate_returns_a_list_a_dict_or_one_number(return_dict):
    found = model().evaluate(X, Y, verbose=0, return_dict=return_dict)
    error = X @ np.ones((3, 2)) - Y
    wanted = [(error**2).mean(), np.abs(error).mean()]
    if return_dict:
        assert list(found) == ["loss", "mae"] and all(isinstance(v, float) for v in found.values())
        found = list(found.values())
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert isinstance(model(metrics=None).evaluate(X, Y, verbose=0), float)


def test_evaluate_takes_generators_datasets_steps_and_weights():
    built = model()
    wanted = built.evaluate(X, Y, verbose=0)
    for data in (batches(), Rows(), lambda: batches()):
        np.testing.assert_allclose(built.evaluate(data, verbose=0), wanted, rtol=1e-6)
    np.testing.assert_allclose(built.evaluate(X, Y, batch_size=8, steps=2, verbose=0), built.evaluate(X[:16], Y[:16], verbose=0), rtol=1e-6)
    error = (X @ np.ones((3, 2)) - Y) ** 2
    assert built.evaluate(X, Y, sample_weight=W, verbose=0)[0] == pytest.approx(float((error.mean(-1) * W).mean()), rel=1e-5)


def test_predict_returns_rows_for_every_form_of_data():
    built = model()
    wanted = X @ np.ones((3, 2), "float32")
    unlabeled = (a for a, _ in batches())
    for data in (X, X.tolist(), [X], batches(), unlabeled, Rows()):
        found = built.predict(data, verbose=0)
        assert isinstance(found, np.ndarray) and found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    np.testing.assert_allclose(built.predict(X, batch_size=8, steps=2, verbose=0), wanted[:16], rtol=1e-5)
    assert built.predict(X[:1], verbose=0).shape == (1, 2)


def test_predict_on_no_rows():
    assert model().predict(X[:0], verbose=0).shape == (0, 2)


def test_on_batch_methods_return_what_the_batch_gives():
    built = model()
    error = X @ np.ones((3, 2)) - Y
    wanted = [(error**2).mean(), np.abs(error).mean()]
    np.testing.assert_allclose(built.test_on_batch(X, Y), wanted, rtol=1e-5)
    before = built.get_weights()
    np.testing.assert_allclose(built.train_on_batch(X, Y), wanted, rtol=1e-5)
    assert not np.array_equal(before[0], built.get_weights()[0])
    found = built.train_on_batch(X, Y, sample_weight=W, return_dict=True)
    assert list(found) == ["loss", "mae"]
    np.testing.assert_array_equal(built.predict_on_batch(X), built.predict(X, verbose=0))


def test_train_on_batch_takes_class_weights():
    labels = np.arange(20) % 3
    built, other = classifier(), classifier()
    a = built.train_on_batch(X, labels, class_weight={1: 3.0})
    b = other.train_on_batch(X, labels, sample_weight=np.where(labels == 1, 3.0, 1.0))
    assert a == pytest.approx(b, rel=1e-6)


def test_inputs_are_not_changed():
    assert not X.flags.writeable  # writing to it would have raised in the tests above
    built = model()
    x, y = X.copy(), Y.copy()
    built.fit(x, y, epochs=2, verbose=0)
    built.predict(x, verbose=0)[:] = 0
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_what_predict_returns_belongs_to_the_caller():
    built = model()
    first = built.predict(X, verbose=0)
    kept = first.copy()
    built.predict(2 * X, verbose=0)
    first_batch = built.predict_on_batch(X)
    built.predict_on_batch(2 * X)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(first_batch, kept, rtol=1e-6)
