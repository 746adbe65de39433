"""EarlyStopping and what it shares with the other watching callbacks."""

import warnings

import numpy as np
import pytest

from keras.callbacks.early_stopping import EarlyStopping
from keras.callbacks.monitor import MonitorCallback, aliases


class Model:
    """Weights that say which epoch they are from."""

    def __init__(self):
        self.stop_training = False
        self.weights = [np.zeros(2)]
        self.metrics = []

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def fit(callback, values, name="loss", has_validation=None):
    """Run the hooks over one value per epoch; returns the model and the number of epochs run."""
    model = Model()
    callback.set_model(model)
    callback.has_validation = has_validation
    callback.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        model.weights = [np.full(2, epoch + 1.0)]
        callback.on_epoch_end(epoch, {name: value})
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end()
    return model, epochs


def test_it_stops_after_patience_epochs_without_improvement():
    callback = EarlyStopping("loss", patience=2)
    _, epochs = fit(callback, [3.0, 2.0, 2.5, 2.1, 1.0])
    assert (epochs, callback.stopped_epoch, callback.best, callback.best_epoch) == (4, 3, 2.0, 1)


def test_a_second_fit_starts_anew():
    callback = EarlyStopping("loss", patience=1)
    fit(callback, [1.0, 2.0])
    assert fit(callback, [5.0, 4.0, 3.0])[1] == 3


@pytest.mark.parametrize(("min_delta", "epochs"), [(0.0, 4), (0.5, 2)])
def test_a_change_below_min_delta_is_no_improvement(min_delta, epochs):
    assert fit(EarlyStopping("loss", patience=1, min_delta=min_delta), [4.0, 3.9, 3.8, 3.7])[1] == epochs


def test_max_mode_and_baseline():
    assert fit(EarlyStopping("score", mode="max", patience=1), [1.0, 2.0, 1.5], "score")[1] == 3
    # Better every epoch, but the baseline is not reached in time.
    assert fit(EarlyStopping("loss", patience=2, baseline=0.1), [3.0, 2.0, 1.9, 1.8, 1.9])[1] == 5
    assert fit(EarlyStopping("loss", patience=3, baseline=0.1), [3.0, 2.0, 2.0, 2.0])[1] == 3


def test_the_first_epoch_never_stops_and_earlier_epochs_are_not_looked_at():
    assert fit(EarlyStopping("loss", patience=0), [float("nan"), float("nan"), 1.0])[1] == 2
    assert fit(EarlyStopping("loss", patience=0, start_from_epoch=2), [1.0, 2.0, 3.0, 4.0])[1] == 4


def test_nan_is_worse_than_every_number():
    callback = EarlyStopping("loss", patience=3)
    fit(callback, [float("nan"), 1.0, float("nan")])
    assert callback.best == 1.0


def test_best_weights_come_back_and_the_texts_are_those_of_keras(capsys):
    callback = EarlyStopping("loss", patience=2, restore_best_weights=True, verbose=1)
    model, _ = fit(callback, [3.0, 1.0, 2.0, 2.0])
    np.testing.assert_array_equal(model.weights[0], [2.0, 2.0])
    assert capsys.readouterr().out == "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"


def test_best_weights_come_back_without_an_early_stop():
    model, _ = fit(EarlyStopping("loss", patience=9, restore_best_weights=True), [1.0, 2.0])
    np.testing.assert_array_equal(model.weights[0], [1.0, 1.0])


@pytest.mark.parametrize(
    ("monitor", "direction"),
    [("val_loss", "min"), ("val_acc", "max"), ("val_accuracy", "max"), ("auc_1", "max"), ("mae", "min"), ("out_loss", "min")],
)
def test_the_name_tells_the_direction(monitor, direction):
    assert EarlyStopping(monitor).direction == direction


def test_the_metric_tells_the_direction():
    class Metric:
        name = "anything"
        _direction = "up"

    callback = EarlyStopping("val_anything")
    model = Model()
    model.metrics = [Metric()]
    callback.set_model(model)
    assert callback.direction == "max"


def test_an_unknown_direction_is_an_error():
    with pytest.raises(ValueError, match=r"EarlyStopping\(monitor='foo'\).*Pass mode='max' or mode='min'"):
        fit(EarlyStopping("foo"), [1.0, 2.0], "foo")


@pytest.mark.parametrize(("monitor", "logged"), [("val_acc", "val_accuracy"), ("accuracy", "acc"), ("mse", "mean_squared_error")])
def test_short_and_long_names_stand_for_each_other(monitor, logged):
    callback = EarlyStopping(monitor, patience=1, mode="min")
    assert fit(callback, [1.0, 2.0], logged)[1] == 2
    assert callback.stopped_epoch == 1
    assert logged in aliases(monitor)


def test_missing_validation_is_said_before_training_and_once():
    callback = EarlyStopping()
    with pytest.warns(UserWarning, match=r"no validation data.*validation_split=0.2.*monitor='loss'") as caught:
        fit(callback, [1.0, 2.0, 3.0], has_validation=False)
    assert len(caught) == 1


def test_a_missing_name_is_said_once_with_what_is_available():
    with pytest.warns(UserWarning, match=r"no 'val_f1' in the logs, so training will not be stopped early. Available are: loss.") as caught:
        fit(EarlyStopping("val_f1"), [1.0, 2.0, 3.0])
    assert len(caught) == 1


def test_an_epoch_that_is_not_validated_is_no_mistake():
    callback = EarlyStopping("val_loss")
    callback.set_model(Model())
    callback.has_validation = True
    callback.on_train_begin()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        callback.on_epoch_end(0, {"loss": 1.0})


@pytest.mark.parametrize("argument", ["patience", "start_from_epoch"])
def test_negative_epochs_are_refused(argument):
    with pytest.raises(ValueError, match=f"The '{argument}' argument of EarlyStopping must be .* >= 0. Got -1"):
        EarlyStopping(**{argument: -1})


def test_an_unknown_mode_warns_and_a_wrong_monitor_is_refused():
    with pytest.warns(UserWarning, match="The 'mode' argument of EarlyStopping must be 'auto', 'min' or 'max'. Got 'lower'"):
        assert EarlyStopping(mode="lower").direction == "min"
    with pytest.raises(TypeError, match="The 'monitor' argument of MonitorCallback must be a name"):
        MonitorCallback(monitor=["loss"])
