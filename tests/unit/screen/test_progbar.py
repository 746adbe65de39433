"""The progress bar: recorded texts of Keras 3 and Keras 2, files, narrow terminals, lazy values."""

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from keras.callbacks.progbar_logger import ProgbarLogger
from keras.utils import progbar
from keras.utils.progbar import Progbar, format_number, resolve_verbose

RECORDED = json.loads((Path(__file__).parents[2] / "golden" / "fit" / "texts.json").read_text(encoding="utf-8"))
MODERN = [case for case in RECORDED if case["style"] == "keras3"]
CLASSIC = [case for case in RECORDED if case["style"] == "classic"]
DRAWING = re.compile(r"(\d+)/(\d+)[\x1b \[][^\n\x08]*?(?:/step|ETA: \S+)((?: - \w+: [-+.e\d]+)*)")


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """A second passes at each look."""

    def __init__(self):
        self.now = 1000.0

    def time(self):
        self.now += 1.0
        return self.now


def standard_output(monkeypatch, stream):
    # Only the module's view of it: between the phases of a test pytest sets its own.
    monkeypatch.setattr(progbar, "sys", SimpleNamespace(stdout=stream, __stdout__=None))
    monkeypatch.setattr(progbar, "time", Clock())
    return stream


@pytest.fixture
def terminal(monkeypatch):
    return standard_output(monkeypatch, Terminal())


@pytest.fixture
def file(monkeypatch):
    return standard_output(monkeypatch, io.StringIO())


def masked(text):
    """`text` without what depends on the time: durations, the number of backspaces, the spaces that cover a longer line."""
    text = re.sub("\x08+", "\x08", text)
    text = re.sub(r"\x1b\[1m[\d:]+s?\x1b\[0m \d+(s|ms|us)/step", "TIME", text)
    text = re.sub(r"ETA: [\d:]+s?|\d+s \d+(s|ms|us)/step|\d+s - \d+(s|ms|us)/step|(?<=^ - )\d+s", "TIME", text, flags=re.MULTILINE)
    return re.sub(" +(?=[\n\x08])", "", text)


def drawings(text):
    """(current, target, values) of each time that the line was drawn."""
    return [
        (int(current), int(target), {name: float(value) for name, value in re.findall(r"(\w+): ([-+.e\d]+)", values)})
        for current, target, values in DRAWING.findall(text)
    ]


@pytest.mark.parametrize("case", MODERN, ids=lambda case: case["case"])
@pytest.mark.parametrize("verbose", [1, 2])
def test_fit_prints_the_recorded_text(case, verbose, terminal):
    text = case["texts"]["fit_verbose1_tty" if verbose == 1 else "fit_verbose2"]
    epochs = [part for part in re.split(r"Epoch \d+/\d+\n", text) if part]
    logger = ProgbarLogger()
    logger.set_params({"verbose": verbose, "epochs": case["epochs"], "steps": drawings(epochs[0])[-1][1]})
    logger.on_train_begin()
    counted = {name: iter(values) for name, values in case["history"].items()}
    for epoch, part in enumerate(epochs):
        logger.on_epoch_begin(epoch)
        *earlier, last = drawings(part)
        for current, _, values in earlier:
            logger.on_train_batch_end(current - 1, values)
        logger.seen = last[0]
        # In an epoch without validation the recorded history has no value for `val_...`.
        logger.on_epoch_end(epoch, {name: next(counted[name]) for name in last[2]})
    assert masked(terminal.getvalue()) == masked(text)


@pytest.mark.parametrize("case", MODERN, ids=lambda case: case["case"])
@pytest.mark.parametrize("role", ["evaluate_verbose1_tty", "predict_verbose1_tty", "evaluate_verbose2"])
def test_evaluate_and_predict_print_the_recorded_text(case, role, terminal):
    text = case["texts"][role]
    *earlier, last = drawings(text)
    phase = "predict" if "predict" in role else "test"
    logger = ProgbarLogger()
    logger.set_params({"verbose": 2 if role.endswith("2") else 1, "steps": last[1]})
    getattr(logger, f"on_{phase}_begin")()
    for current, _, values in earlier:
        getattr(logger, f"on_{phase}_batch_end")(current - 1, values)
    logger.seen = last[0]
    getattr(logger, f"on_{phase}_end")(last[2])
    assert masked(terminal.getvalue()) == masked(text)


@pytest.mark.parametrize("case", CLASSIC, ids=lambda case: case["case"])
@pytest.mark.parametrize("verbose", [1, 2])
def test_the_classic_style_prints_the_recorded_text(case, verbose, terminal):
    text = case["texts"]["fit_verbose1_tty" if verbose == 1 else "fit_verbose2"]
    for epoch, part in enumerate(part for part in re.split(r"Epoch \d+/\d+\n", text) if part):
        terminal.write(f"Epoch {epoch + 1}/{case['epochs']}\n")
        bar = Progbar(10, width=30, verbose=verbose, stateless_metrics=())
        bar.style = "classic"
        for current, _, values in drawings(part)[:-1]:
            bar.update(current, values)
        bar.update(10, {name: values[epoch] for name, values in case["history"].items()})
    # Keras 2 wrote every negative number in the form with an exponent where verbose was 2.
    assert masked(terminal.getvalue()) == masked(text).replace("-5.2585e-01", "-0.5258")


def test_backspaces_go_back_over_the_whole_line_and_spaces_cover_it(terminal):
    bar = Progbar(100, interval=0)
    bar.update(1, [("loss", 1e-9)])
    bar.update(50, [("loss", 0.5)])
    first, second = terminal.getvalue().split("\r")[1:]
    visible = re.sub(r"\x1b\[\d+m", "", first).rstrip("\x08")
    assert visible.startswith("  1/100 ━━━━") and visible.endswith("1s/step - loss: 1.0000e-09")
    assert first.count("\x08") == len(visible)
    assert len(re.sub(r"\x1b\[\d+m", "", second)) == len(visible)


def test_values_are_averaged_until_the_last_one(terminal):
    bar = Progbar(3)
    for step in (1, 2, 3):
        bar.update(step, [("loss", step)])
    assert re.findall(r"loss: (\S+?)(?=[\x08\n])", terminal.getvalue()) == ["1.0000", "1.5000", "3.0000"]


@pytest.mark.parametrize(("arguments", "shown"), [({"stateful_metrics": ["loss"]}, "2.0000"), ({"stateless_metrics": ["other"]}, "2.0000")])
def test_values_can_be_shown_as_they_are(arguments, shown, terminal):
    bar = Progbar(3, **arguments)
    bar.update(1, [("loss", 1.0)])
    bar.update(2, [("loss", 2.0)])
    assert terminal.getvalue().endswith(f"loss: {shown}")


def test_the_bar_is_drawn_by_time(terminal):
    bar = Progbar(1000, interval=100.0)
    for _ in range(999):
        bar.add(1)
    assert terminal.getvalue().count("\r") == 10


def test_a_lazy_value_is_read_only_when_it_is_drawn(terminal):
    class Value:
        reads = 0

        def __float__(self):
            Value.reads += 1
            return 0.5

    bar = Progbar(1000, interval=100.0, stateless_metrics=())
    for _ in range(500):
        bar.add(1, [("loss", Value())])
    assert Value.reads == terminal.getvalue().count("\r") == 5


def test_durations_and_an_unknown_target(terminal, monkeypatch):
    bar = Progbar(None)
    bar.update(1)
    assert "      1/Unknown \x1b[1m1s\x1b[0m 1s/step" in terminal.getvalue()
    bar.update(2, finalize=True)
    assert terminal.getvalue().endswith("\n")
    texts = [progbar.format_duration(seconds) for seconds in (7.9, 60, 61, 80, 3600, 32000)]
    assert texts == ["7s", "60s", "1:01", "1:20", "60:00", "8:53:20"]
    assert [progbar.format_rate(seconds, "step") for seconds in (0, 2.2, 0.045, 5e-5)] == ["0s/step", "2s/step", "45ms/step", "50us/step"]


def test_a_file_gets_one_plain_line_for_each_loop(file):
    bar = Progbar(1000)
    progbar.time.time = lambda: 1000.0
    for _ in range(1000):
        bar.add(1, [("loss", 0.5)])
    assert re.fullmatch(r"1000/1000 ━{20} \S+s \S+s/step - loss: 0.5000\n", file.getvalue())


def test_a_long_loop_writes_to_a_file_once_a_minute(file):
    bar = Progbar(200)
    for _ in range(200):
        bar.add(1)
    lines = file.getvalue().splitlines()
    assert len(lines) == 4
    assert not re.search(r"[\x00-\x1f]", "".join(lines))


def test_a_narrow_terminal_gets_a_shorter_line_until_the_last(terminal, monkeypatch):
    monkeypatch.setattr(progbar, "terminal_columns", lambda: 30)
    bar = Progbar(2, stateless_metrics=())
    bar.update(1, [("a_long_metric", 1.0)])
    line = terminal.getvalue().lstrip("\r")
    assert len(line) == 29 and line.endswith("…")
    bar.update(2, [("a_long_metric", 1.0)])
    assert terminal.getvalue().endswith("a_long_metric: 1.0000\n")


def test_characters_that_the_stream_lacks_are_replaced(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    standard_output(monkeypatch, stream)
    Progbar(1).update(1)
    stream.seek(0)
    assert stream.read() == "1/1 ==================== 1s 1s/step\n"


def test_numbers_and_verbosity(file):
    assert [format_number(value) for value in (0.5, 0, -1e-5, float("nan"), 12345.678, "text", None)] == [
        "0.5000",
        "0.0000e+00",
        "-1.0000e-05",
        "nan",
        "12345.6780",
        "text",
        "None",
    ]
    assert [resolve_verbose(verbose) for verbose in (0, 1, 2, True, "auto")] == [0, 1, 2, 1, 2]
    for wrong in (3, -1, "loud", None, 1.5):
        with pytest.raises(ValueError, match=r"`verbose` must be 0 .*, 1 .*, 2 .* or 'auto'. Got " + re.escape(repr(wrong))):
            resolve_verbose(wrong)


def test_auto_is_a_bar_on_a_terminal_and_in_a_notebook(terminal, monkeypatch):
    assert resolve_verbose("auto") == 1
    standard_output(monkeypatch, type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})())
    assert resolve_verbose("auto") == 1


def test_nothing_is_printed_without_a_standard_output(monkeypatch):
    standard_output(monkeypatch, None)
    Progbar(1).update(1)
    progbar.print_message("text")


def test_validation_in_fit_has_no_bar_and_an_unknown_number_of_steps_is_learnt(file):
    logger = ProgbarLogger()
    logger.set_params({"verbose": 2, "epochs": 2, "steps": None})
    logger.on_train_begin()
    for epoch in range(2):
        logger.on_epoch_begin(epoch)
        logger.on_train_batch_end(0, {"loss": 1.0})
        logger.on_train_batch_end(1, {"loss": 1.0})
        logger.on_test_begin()
        logger.on_test_batch_end(0, {"loss": 3.0})
        logger.on_test_end({"loss": 3.0})
        logger.on_epoch_end(epoch, {"loss": 1.0, "val_loss": 3.0})
    line = r"2/2 - \d+s - \d+s/step - loss: 1.0000 - val_loss: 3.0000\n"
    assert re.fullmatch(rf"Epoch 1/2\n{line}Epoch 2/2\n{line}", file.getvalue())
