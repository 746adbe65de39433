"""The callbacks that set the learning rate, write files, stop and swap weights; recorded texts of released versions."""

import io
import json
import urllib.parse
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from keras.callbacks.csv_logger import CSVLogger
from keras.callbacks.early_stopping import EarlyStopping
from keras.callbacks.history import History
from keras.callbacks.learning_rate import LearningRateScheduler
from keras.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from keras.callbacks.remote_monitor import RemoteMonitor
from keras.callbacks.swap_ema_weights import SwapEMAWeights
from keras.callbacks.terminate_on_nan import TerminateOnNaN

RECORDED = json.loads((Path(__file__).parents[2] / "golden" / "callback" / "texts.json").read_text(encoding="utf-8"))


class Variable:
    """A float32 variable."""

    def __init__(self, value):
        self.assign(value)

    def assign(self, value):
        self.value = np.array(value.value if isinstance(value, Variable) else value, dtype="float32")

    def numpy(self):
        return self.value

    def __float__(self):
        return float(self.value)


class Model:
    def __init__(self, learning_rate=0.1):
        self.optimizer = SimpleNamespace(learning_rate=Variable(learning_rate))
        self.stop_training = False
        self.metrics = []
        self.weights = []

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = weights


def run(callback, epochs, model=None):
    """Run the hooks over a list of logs; returns the model and the History, which comes after the callback as in `fit`."""
    model, history = model or Model(), History()
    callback.set_model(model)
    callback.on_train_begin()
    history.on_train_begin()
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_begin(epoch, {})
        logs = dict(logs)
        callback.on_epoch_end(epoch, logs)
        history.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callback.on_train_end()
    return model, history


def recorded(name):
    return [pytest.param(case, id=f"{case['generation']}-{name}") for case in RECORDED if case["case"] == name]


def epochs_of(history, without=()):
    """The logs of each epoch."""
    names = [name for name in history if name not in without]
    return [dict(zip(names, values, strict=True)) for values in zip(*(history[name] for name in names), strict=True)]


@pytest.mark.parametrize("case", recorded("reduce_lr"))
def test_reduce_lr_on_plateau_prints_and_records_as_keras(case, capsys):
    callback = ReduceLROnPlateau("val_accuracy", factor=0.5, patience=1, verbose=1)
    _, history = run(callback, epochs_of(case["history"], without=("lr", "learning_rate")))
    assert capsys.readouterr().out == case["text"]
    assert history.history["learning_rate"] == case["history"].get("learning_rate", case["history"].get("lr"))


@pytest.mark.parametrize("case", recorded("csv_logger"))
def test_csv_logger_writes_the_file_of_keras(case, tmp_path):
    run(CSVLogger(tmp_path / "log.csv"), epochs_of(case["history"]))
    assert (tmp_path / "log.csv").read_text() == case["files"]["log.csv"]


@pytest.mark.parametrize("case", recorded("early_stopping"))
def test_early_stopping_prints_as_keras(case, capsys):
    run(EarlyStopping("val_accuracy", verbose=1), epochs_of(case["history"]))
    assert capsys.readouterr().out == case["text"]


@pytest.mark.parametrize("case", recorded("terminate_nan"))
def test_terminate_on_nan_prints_as_keras(case, capsys):
    callback = TerminateOnNaN()
    callback.set_model(model := Model())
    for batch, loss in enumerate([1.0, float("nan"), float("inf")]):
        callback.on_train_batch_end(batch, {"loss": loss})
    assert model.stop_training
    assert capsys.readouterr().out == case["text"]


def test_terminate_on_nan_raises_on_request_and_needs_a_loss():
    callback = TerminateOnNaN(raise_error=True)
    callback.on_train_batch_end(0, {"loss": 1.0})
    callback.on_train_batch_end(1, {})
    with pytest.raises(RuntimeError, match="NaN or Inf loss encountered at batch 2: the loss is inf. Often helps: a lower learning_rate"):
        callback.on_train_batch_end(2, {"loss": float("inf")})


def losses(*values):
    return [{"loss": value} for value in values]


def test_reduce_lr_waits_cools_down_and_stops_at_its_least_rate():
    callback = ReduceLROnPlateau("loss", factor=0.1, patience=2, cooldown=2, min_lr=1e-3)
    model, history = run(callback, losses(*[1.0] * 12))
    np.testing.assert_allclose(history.history["learning_rate"], [0.1] * 3 + [0.01] * 3 + [0.001] * 6, rtol=1e-6)
    assert callback.cooldown_counter == 0
    assert float(model.optimizer.learning_rate) == np.float32(1e-3)


def test_reduce_lr_is_not_fooled_by_small_changes():
    model, _ = run(ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.1), losses(1.0, 0.95, 0.94))
    assert float(model.optimizer.learning_rate) == np.float32(0.025)
    model, _ = run(ReduceLROnPlateau("loss", factor=0.5, patience=1, epsilon=0), losses(1.0, 0.95, 0.94))
    assert float(model.optimizer.learning_rate) == np.float32(0.1)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"factor": 1.5}, ValueError, r"'factor' argument .* in the range \[0, 1\). Got 1.5"),
        ({"patience": -1}, ValueError, "'patience' argument of ReduceLROnPlateau .* >= 0. Got -1"),
        ({"cooldown": -2}, ValueError, "'cooldown' argument .* Got -2"),
        ({"minimum": 1}, TypeError, "unexpected arguments: 'minimum'"),
    ],
)
def test_reduce_lr_refuses_wrong_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        ReduceLROnPlateau(**arguments)


def test_reduce_lr_without_its_number_warns_and_still_logs_the_rate():
    with pytest.warns(UserWarning, match="no 'val_loss' in the logs, so the learning rate will not be reduced. Available are: loss, "):
        _, history = run(ReduceLROnPlateau(), losses(1.0))
    assert history.history["learning_rate"] == [float(np.float32(0.1))]


@pytest.mark.parametrize(
    "schedule",
    [lambda epoch: 0.1 / (epoch + 1), lambda epoch, rate: rate / (epoch + 1), lambda epoch: np.float64(0.1 / (epoch + 1))],
    ids=["of epoch", "of epoch and rate", "numpy"],
)
def test_the_scheduler_sets_prints_and_logs_the_rate(schedule, capsys):
    _, history = run(LearningRateScheduler(schedule, verbose=1), losses(1.0, 1.0))
    np.testing.assert_allclose(history.history["learning_rate"], [0.1, 0.05], rtol=1e-6)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[2] == ""
    assert lines[1].startswith("Epoch 1: LearningRateScheduler setting learning rate to 0.1")
    assert lines[3].startswith("Epoch 2: LearningRateScheduler setting learning rate to 0.05")


def test_an_error_inside_a_schedule_is_not_hidden():
    def broken(epoch, rate):
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside"):
        run(LearningRateScheduler(broken), losses(1.0))


@pytest.mark.parametrize("rate", ["a", None, True, np.ones(2), [0.1]])
def test_a_schedule_must_return_a_number(rate):
    model = Model()
    with pytest.raises(ValueError, match="must return a number, the new learning rate. Got .* for epoch 0"):
        run(LearningRateScheduler(lambda epoch: rate), losses(1.0), model)
    assert float(model.optimizer.learning_rate) == np.float32(0.1)


def test_the_scheduler_says_what_it_needs():
    with pytest.raises(TypeError, match="'schedule' argument of LearningRateScheduler must be a function"):
        LearningRateScheduler(0.1)
    model = Model()
    model.optimizer = None
    with pytest.raises(ValueError, match="LearningRateScheduler needs an optimizer.*model.compile"):
        run(LearningRateScheduler(lambda epoch: 0.1), losses(1.0), model)
    model.optimizer = SimpleNamespace(learning_rate=0.1)
    with pytest.raises(TypeError, match="the optimizer computes it by a schedule"):
        run(LearningRateScheduler(lambda epoch: 0.1), losses(1.0), model)


def test_csv_logger_fills_what_is_missing_and_keeps_rows_on_request(tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path, separator=";"), [{"loss": 1.0}, {"loss": 0.5, "val_loss": 2.0, "late": 1.0}])
    first = "epoch;loss;val_loss\r\n0;1.0;NA\r\n1;0.5;2.0\r\n"
    assert path.read_bytes().decode() == first
    run(CSVLogger(path, separator=";", append=True), [{"val_loss": 3.0, "loss": 4.0}])
    assert path.read_bytes().decode() == first + "0;4.0;3.0\r\n"
    run(CSVLogger(path), [{"loss": [1.0, 2.0]}])
    assert path.read_bytes().decode() == 'epoch,loss,val_loss\r\n0,"[1.0, 2.0]",NA\r\n'


def test_csv_logger_appends_after_a_row_that_was_cut_and_to_no_file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1.0\n1,0.")
    run(CSVLogger(path, append=True), losses(0.25))
    assert path.read_bytes().decode() == "epoch,loss\n0,1.0\n1,0.\r\n0,0.25\r\n"
    run(CSVLogger(tmp_path / "new.csv", append=True), losses(0.25))
    assert (tmp_path / "new.csv").read_text().startswith("epoch,loss")


def test_csv_logger_rows_are_in_the_file_when_their_epoch_ends(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0})
    assert (tmp_path / "log.csv").read_text().endswith("0,1.0,NA\n")


def test_csv_logger_says_early_what_is_wrong(tmp_path):
    with pytest.raises(FileNotFoundError):
        CSVLogger(tmp_path / "missing" / "log.csv").on_train_begin()
    with pytest.raises(ValueError, match="'separator' argument of CSVLogger must be one character. Got ', '"):
        CSVLogger("log.csv", separator=", ")


def ema_model():
    model = Model()
    model.trainable_variables = [Variable([1.0, 2.0])]
    model.optimizer = SimpleNamespace(use_ema=True, _model_variables_moving_average=[Variable([10.0, 20.0])])
    return model


def value(model):
    return model.trainable_variables[0].value.tolist()


@pytest.mark.parametrize("phase", ["test", "predict"])
def test_the_average_is_in_the_model_while_it_is_looked_at(phase):
    callback, model = SwapEMAWeights(), ema_model()
    callback.set_model(model)
    getattr(callback, f"on_{phase}_begin")()
    assert value(model) == [10.0, 20.0]
    getattr(callback, f"on_{phase}_end")()
    assert value(model) == [1.0, 2.0]
    assert model.optimizer._model_variables_moving_average[0].value.tolist() == [10.0, 20.0]


@pytest.mark.parametrize(("swap_on_epoch", "at_end"), [(True, [10.0, 20.0]), (False, [1.0, 2.0])])
def test_the_average_at_the_end_of_an_epoch(swap_on_epoch, at_end):
    callback, model = SwapEMAWeights(swap_on_epoch=swap_on_epoch), ema_model()
    callback.set_model(model)
    callback.on_epoch_begin(0)
    callback.on_test_begin()
    callback.on_test_end()
    callback.on_epoch_end(0)
    assert value(model) == at_end
    callback.on_epoch_begin(1)
    assert value(model) == [1.0, 2.0]
    callback.on_epoch_end(1)
    callback.on_train_end()
    callback.on_epoch_begin(0)
    assert value(model) == at_end


def test_swapping_needs_an_average():
    callback = SwapEMAWeights()
    callback.set_model(Model())
    with pytest.raises(ValueError, match="SwapEMAWeights needs an optimizer that keeps a moving average .* use_ema=True"):
        callback.on_test_begin()


@pytest.mark.parametrize("send_as_json", [True, False])
def test_remote_monitor_sends_the_logs(monkeypatch, send_as_json):
    sent = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda request, timeout: sent.append(request) or io.BytesIO())
    monitor = RemoteMonitor("http://localhost", path="/logs", field="log", headers={"X-run": "7"}, send_as_json=send_as_json)
    monitor.on_epoch_end(3, {"loss": np.float32(0.5), "f1": np.ones(2), "name": "x"})
    body = sent[0].data.decode()
    text = body if send_as_json else urllib.parse.parse_qs(body)["log"][0]
    kind = "application/json" if send_as_json else "application/x-www-form-urlencoded"
    assert (sent[0].full_url, sent[0].method, sent[0].headers) == ("http://localhost/logs", "POST", {"Content-type": kind, "X-run": "7"})
    assert json.loads(text) == {"epoch": 3, "loss": 0.5, "f1": [1.0, 1.0], "name": "x"}


def test_remote_monitor_goes_on_without_its_server(monkeypatch):
    def refuse(request, timeout):
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    with pytest.warns(UserWarning, match="Could not reach RemoteMonitor root server at http://localhost: nobody listens"):
        RemoteMonitor("http://localhost").on_epoch_end(0, {"loss": 1.0})
    with pytest.raises(ValueError, match="'root' argument of RemoteMonitor must be an http or https address. Got 'file:///etc/passwd'"):
        RemoteMonitor("file:///etc/passwd")
