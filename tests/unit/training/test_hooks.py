"""History, callbacks with batch hooks, stopping, and what is printed."""

from __future__ import annotations

import re

import numpy as np
import pytest

import keras
from keras import layers

X = np.linspace(-1, 1, 40, dtype="float32").reshape(20, 2)
Y = X.sum(axis=1, keepdims=True)


def model(**options):
    built = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    built.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": "mse", "metrics": ["mae"], **options})
    return built


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.events = []


def _recording(name, takes_number):
    def hook(self, *arguments):
        logs = arguments[-1] if len(arguments) > takes_number else None
        self.events.append((name, arguments[0] if takes_number else None, sorted(logs or {})))

    return hook


for phase in ("train", "test", "predict"):
    for edge in ("begin", "end"):
        setattr(Recorder, f"on_{phase}_{edge}", _recording(f"{phase}_{edge}", 0))
        setattr(Recorder, f"on_{phase}_batch_{edge}", _recording(f"{phase}_batch_{edge}", 1))
for edge in ("begin", "end"):
    setattr(Recorder, f"on_epoch_{edge}", _recording(f"epoch_{edge}", 1))


def test_hooks_come_in_order_with_their_logs():
    recorder = Recorder()
    model().fit(X, Y, batch_size=10, epochs=1, validation_data=(X, Y), validation_batch_size=20, verbose=0, callbacks=[recorder])
    names = ["loss", "mae"]
    assert recorder.events == [
        ("train_begin", None, []),
        ("epoch_begin", 0, []),
        ("train_batch_begin", 0, []),
        ("train_batch_end", 0, names),
        ("train_batch_begin", 1, []),
        ("train_batch_end", 1, names),
        ("test_begin", None, []),
        ("test_batch_begin", 0, []),
        ("test_batch_end", 0, names),
        ("test_end", None, names),
        ("epoch_end", 0, ["loss", "mae", "val_loss", "val_mae"]),
        ("train_end", None, ["loss", "mae", "val_loss", "val_mae"]),
    ]


def test_evaluate_and_predict_call_their_hooks():
    recorder = Recorder()
    built = model()
    built.evaluate(X, Y, batch_size=10, verbose=0, callbacks=[recorder])
    assert [e[0] for e in recorder.events] == ["test_begin", *["test_batch_begin", "test_batch_end"] * 2, "test_end"]
    recorder.events.clear()
    built.predict(X, batch_size=10, verbose=0, callbacks=[recorder])
    assert [e[0] for e in recorder.events] == ["predict_begin", *["predict_batch_begin", "predict_batch_end"] * 2, "predict_end"]
    assert recorder.events[2] == ("predict_batch_end", 0, ["outputs"])


def test_batch_logs_are_running_means_and_epoch_logs_their_last_value():
    seen = []

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    frozen = model(optimizer=keras.optimizers.SGD(0.0))
    y = Y + np.repeat([0.0, 1.0], 10)[:, None].astype("float32")
    history = frozen.fit(X, y, batch_size=10, shuffle=False, verbose=0, callbacks=[Note()]).history
    np.testing.assert_allclose(seen, [0.0, 0.5], atol=1e-6)
    assert history["loss"] == [pytest.approx(0.5)] and isinstance(history["loss"][0], float)


def test_callbacks_see_and_change_weights_and_rates_between_batches():
    class Change(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                self.model.set_weights([np.full((2, 1), 3.0), np.zeros(1)])
                self.model.optimizer.learning_rate = 0.0

    built = model()
    built.fit(X, Y, batch_size=10, verbose=0, callbacks=[Change()])
    np.testing.assert_array_equal(built.get_weights()[0], [[3.0], [3.0]])
    assert float(built.optimizer.learning_rate) == 0.0


@pytest.mark.parametrize("hook, batches, epochs", [("on_train_batch_end", 1, 1), ("on_epoch_end", 2, 1), ("on_epoch_begin", 1, 1)])
def test_stop_training_ends_after_the_batch(hook, batches, epochs):
    recorder = Recorder()

    class Stop(keras.callbacks.Callback):
        pass

    def stop(self, *_):
        self.model.stop_training = True

    setattr(Stop, hook, stop)
    history = model().fit(X, Y, batch_size=10, epochs=5, verbose=0, callbacks=[Stop(), recorder])
    assert len(history.history["loss"]) == epochs
    assert sum(e[0] == "train_batch_end" for e in recorder.events) == batches
    assert recorder.events[-1][0] == "train_end"


def test_stopping_is_over_at_the_next_fit():
    built = model()
    built.stop_training = True
    assert len(built.fit(X, Y, epochs=3, verbose=0).history["loss"]) == 3


def test_early_stopping_restores_the_best_weights():
    built = model(optimizer=keras.optimizers.SGD(5.0))  # diverges
    first = built.get_weights()
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True, start_from_epoch=0)
    history = built.fit(X, Y + 1.0, epochs=9, verbose=0, validation_data=(X, Y + 1.0), callbacks=[stopping])
    assert len(history.epoch) < 9
    assert built.evaluate(X, Y + 1.0, verbose=0)[0] == pytest.approx(min(history.history["val_loss"]), rel=1e-5)
    assert not np.array_equal(first[1], built.get_weights()[1])


def test_rates_set_by_a_schedule_callback_are_used():
    rates = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(round(float(self.model.optimizer.learning_rate), 6))

    built = model()
    built.fit(X, Y, epochs=3, verbose=0, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)), Note()])
    assert rates == [0.1, 0.05, 0.033333]


def test_the_history_is_returned_kept_and_begins_anew():
    built = model()
    history = built.fit(X, Y, epochs=2, verbose=0)
    assert isinstance(history, keras.callbacks.History) and built.history is history
    assert history.epoch == [0, 1] and set(history.history) == {"loss", "mae"}
    assert history.params["epochs"] == 2 and history.params["steps"] == 1
    assert built.fit(X, Y, verbose=0) is not history


def test_a_callback_may_be_given_alone_and_its_errors_come_through():
    class Broken(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("from the callback")

    built = model()
    with pytest.raises(RuntimeError, match="from the callback"):
        built.fit(X, Y, verbose=0, callbacks=Broken())
    assert len(built.fit(X, Y, verbose=0).history["loss"]) == 1  # nothing is left half done


# ------------------------------------------------------------------------------------------------------------------- what is printed


def printed(capsys, function, **options):
    function(**options)
    return capsys.readouterr().out


def test_silence(capsys):
    built = model()
    assert printed(capsys, built.fit, x=X, y=Y, verbose=0, validation_split=0.2) == ""
    assert printed(capsys, built.evaluate, x=X, y=Y, verbose=0) == ""
    assert printed(capsys, built.predict, x=X, verbose=0) == ""


def test_one_line_per_epoch(capsys):
    text = printed(capsys, model().fit, x=X, y=Y, verbose=2, epochs=2, validation_data=(X, Y), batch_size=10)
    number = r"\d+\.\d{4}(e[-+]\d\d)?"
    line = rf"2/2 - \d+s - \d+(s|ms|us)/step - loss: {number} - mae: {number} - val_loss: {number} - val_mae: {number}"
    assert re.fullmatch(rf"Epoch 1/2\n{line}\nEpoch 2/2\n{line}\n", text), text


def test_the_bar_ends_with_the_values(capsys):
    text = printed(capsys, model().fit, x=X, y=Y, verbose=1, batch_size=10)
    assert "━" * 20 in text and "2/2" in text and "loss: " in text and "mae: " in text
    text = printed(capsys, model().evaluate, x=X, y=Y, verbose=1, batch_size=10)
    assert "2/2" in text and "loss: " in text
    assert "2/2" in printed(capsys, model().predict, x=X, verbose=1, batch_size=10)


def test_epochs_are_counted_from_the_initial_one(capsys):
    text = printed(capsys, model().fit, x=X, y=Y, verbose=2, epochs=4, initial_epoch=2)
    assert "Epoch 3/4" in text and "Epoch 4/4" in text and "Epoch 1/" not in text


def test_steps_that_are_not_known_are_counted(capsys):
    text = printed(capsys, model().fit, x=((X, Y) for _ in range(3)), verbose=2)
    assert text.splitlines()[-1].startswith("3/3 - ")
