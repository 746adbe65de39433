"""CallbackList, Callback, LambdaCallback and History."""

from types import SimpleNamespace

import pytest

from keras.callbacks.callback import BATCH_HOOKS, Callback
from keras.callbacks.callback_list import CallbackList
from keras.callbacks.early_stopping import EarlyStopping
from keras.callbacks.history import History
from keras.callbacks.lambda_callback import LambdaCallback
from keras.callbacks.logs import LazyLogs
from keras.callbacks.progbar_logger import ProgbarLogger
from keras.callbacks.terminate_on_nan import TerminateOnNaN

HOOKS = [name for name in dir(Callback) if name.startswith("on_")]
MOMENTS = [name for name in HOOKS if "batch" not in name and "epoch" not in name]


class Recorder(Callback):
    """Writes down all that it hears."""

    def __init__(self):
        super().__init__()
        self.heard = []


def _record(hook):
    def method(self, *arguments):
        self.heard.append((hook, *arguments))

    return method


for _hook in HOOKS:
    if _hook not in ("on_batch_begin", "on_batch_end"):
        setattr(Recorder, _hook, _record(_hook))


def test_every_hook_reaches_every_callback_in_order():
    first, second = Recorder(), Recorder()
    callbacks = CallbackList([first, [second]])
    for hook in HOOKS:
        arguments = ({"loss": 1.0},) if hook in MOMENTS else (3, {"loss": 1.0})
        getattr(callbacks, hook)(*arguments)
        name = hook.replace("on_batch", "on_train_batch")
        assert first.heard.pop() == second.heard.pop() == (name, *arguments)
        assert not first.heard


@pytest.mark.parametrize("hook", HOOKS)
def test_missing_logs_are_an_empty_dict(hook):
    recorder = Recorder()
    getattr(CallbackList([recorder]), hook)(*([] if hook in MOMENTS else [0]))
    assert recorder.heard[0][-1] == {}


@pytest.mark.parametrize("end", ["begin", "end"])
def test_the_old_names_of_the_batch_hooks_are_called_once(end):
    class Old(Callback):
        calls = 0

        def method(self, batch, logs=None):
            Old.calls += 1

    setattr(Old, f"on_batch_{end}", Old.method)
    callbacks = CallbackList([Old()])
    assert callbacks.needs_batch_hooks_in("train") and not callbacks.needs_batch_hooks_in("test")
    getattr(callbacks, f"on_train_batch_{end}")(0, {})
    assert Old.calls == 1


def test_a_new_hook_that_calls_its_parent_calls_the_old_one_once():
    class Both(Callback):
        calls = ()

        def on_train_batch_end(self, batch, logs=None):
            self.calls += ("new",)
            super().on_train_batch_end(batch, logs)

        def on_batch_end(self, batch, logs=None):
            self.calls += ("old",)

    both = Both()
    CallbackList(both).on_train_batch_end(0)
    assert both.calls == ("new", "old")


@pytest.mark.parametrize("phase", ["train", "test", "predict"])
def test_which_callbacks_need_every_batch(phase):
    class Patient(Callback):
        batch_hooks_may_wait = True

    for hook in BATCH_HOOKS[phase]:
        urgent, patient = Callback(), Patient()
        setattr(urgent, hook, print)
        setattr(patient, hook, print)
        others = [name for name in BATCH_HOOKS if name != phase]
        assert CallbackList([urgent]).needs_batch_hooks_in(phase)
        assert not any(CallbackList([urgent]).needs_batch_hooks_in(other) for other in others)
        assert not CallbackList([patient]).needs_batch_hooks_in(phase)
        assert CallbackList([patient]).has_batch_hooks_in(phase)


def test_the_librarys_own_callbacks_never_stop_at_every_batch():
    callbacks = CallbackList(
        [EarlyStopping(), TerminateOnNaN(), LambdaCallback(on_epoch_end=print)], add_history=True, add_progbar=True, verbose=1
    )
    assert not any(callbacks.needs_batch_hooks_in(phase) for phase in BATCH_HOOKS)
    assert not CallbackList([EarlyStopping()], add_history=True).has_batch_hooks_in("train")


def test_hooks_assigned_after_construction_count():
    callback, calls = Callback(), []
    callbacks = CallbackList([callback])
    callbacks.on_train_batch_end(0)
    callback.on_train_batch_end = lambda batch, logs: calls.append(batch)
    callbacks.on_train_begin()
    callbacks.on_train_batch_end(1)
    assert calls == [1] and callbacks.needs_batch_hooks_in("train")


def test_history_and_progress_bar_are_added_once_and_the_history_is_last():
    callbacks = CallbackList([EarlyStopping()], add_history=True, add_progbar=True, verbose=0)
    assert [type(callback) for callback in callbacks.callbacks] == [EarlyStopping, ProgbarLogger, History]
    mine = History()
    callbacks = CallbackList([mine, ProgbarLogger()], add_history=True, add_progbar=True, verbose=0)
    assert len(callbacks.callbacks) == 2 and callbacks.history is mine


def test_model_and_params_reach_the_callbacks():
    recorder, model = Recorder(), SimpleNamespace()
    callbacks = CallbackList([recorder], add_history=True, model=model, epochs=3, steps=5, verbose=0)
    assert recorder.model is model and recorder.params == {"epochs": 3, "steps": 5, "verbose": 0}
    assert model.history is callbacks.history
    callbacks.set_validation(False)
    assert recorder.has_validation is False
    callbacks.append(late := Recorder())
    callbacks.on_epoch_begin(0)
    assert late.heard


def test_a_list_may_hold_lists_and_another_callback_list():
    inner = CallbackList([Recorder(), (Recorder(),)])
    assert len(CallbackList([inner, None, Recorder()]).callbacks) == 3


def test_what_is_no_callback_is_refused_with_the_line_to_write():
    with pytest.raises(TypeError, match=r"EarlyStopping was given as a class. Create it:\s+callbacks=\[EarlyStopping\(...\)\]"):
        CallbackList([EarlyStopping])
    with pytest.raises(TypeError, match=r"must be keras.callbacks.Callback objects. Got 3 of .*LambdaCallback\(on_epoch_end="):
        CallbackList([3])


def test_a_callback_of_another_library_may_lack_newer_hooks():
    class Foreign:
        def set_model(self, model):
            pass

        def set_params(self, params):
            pass

        def on_epoch_end(self, epoch, logs):
            self.seen = epoch

    foreign = Foreign()
    callbacks = CallbackList([foreign])
    callbacks.on_train_begin()
    callbacks.on_train_batch_end(0)
    callbacks.on_epoch_end(4)
    assert foreign.seen == 4


def test_a_subclass_may_leave_out_the_parents_constructor():
    class Bare(Callback):
        def __init__(self):
            pass

    bare = Bare()
    assert (bare.model, bare.params, bare.has_validation) == (None, None, None)


def test_lazy_logs_are_not_read_where_nobody_looks():
    def read(values):
        raise RuntimeError("read")

    callbacks = CallbackList([EarlyStopping("loss")], add_history=False)
    callbacks.on_train_batch_end(0, LazyLogs({"loss": 1.0}, read))
    with pytest.raises(RuntimeError, match="read"):
        callbacks.on_epoch_end(0, LazyLogs({"loss": 1.0}, read))


def test_lambda_callback_runs_its_functions():
    heard = []
    callback = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: heard.append("epoch begins"),
        on_train_end=lambda logs: heard.append("training ends"),
        on_batch_end=lambda batch, loss: heard.append(f"batch {batch} ends"),
        on_test_begin=lambda logs: heard.append("test begins"),
    )
    callbacks = CallbackList([callback])
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_train_batch_end(7)
    callbacks.on_test_begin()
    callbacks.on_train_end()
    assert heard == ["epoch begins", "batch 7 ends", "test begins", "training ends"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"on_epoch": print}, "has no hook 'on_epoch'. The hooks are: on_batch_begin, "),
        ({"on_epoch_end": 3}, "'on_epoch_end' argument .* Got 3"),
    ],
)
def test_lambda_callback_refuses_what_is_no_hook(arguments, text):
    with pytest.raises(ValueError, match=text):
        LambdaCallback(**arguments)


def test_history_holds_plain_floats():
    class Number:
        def __float__(self):
            return 0.25

    history = History()
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": Number(), "f1": [0.5, 1.0]})
    history.on_epoch_end(1, {"loss": 0.125, "val_loss": 2})
    assert history.epoch == [0, 1]
    assert history.history == {"loss": [0.25, 0.125], "f1": [[0.5, 1.0]], "val_loss": [2.0]}
    assert type(history.history["loss"][0]) is float
