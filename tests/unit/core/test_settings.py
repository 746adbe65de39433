"""Settings, the choice of an engine, names."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from keras.core import config, engine, errors, naming

SOURCE = Path(__file__).parents[3] / "src"
BEST = "jax" if importlib.util.find_spec("jax") is not None else "numpy"
"""The engine of a process to which nobody says anything."""


def in_a_new_process(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python with its own settings folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("KERAS")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONPATH": str(SOURCE), "KERAS_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("setter", "getter", "good", "bad", "match"),
    [
        (
            config.set_floatx,
            config.floatx,
            "float16",
            "int32",
            "set_floatx\\(value\\): got 'int32'. Accepted: bfloat16, float16, float32, float64",
        ),
        (config.set_epsilon, config.epsilon, 1e-5, -1.0, "set_epsilon\\(value\\): got -1.0. Accepted: a float >= 0"),
        (
            config.set_image_data_format,
            config.image_data_format,
            "channels_first",
            "channel_first",
            "got 'channel_first'. Accepted: 'channels_last' or",
        ),
    ],
)
def test_setting(setter: Any, getter: Any, good: Any, bad: Any, match: str) -> None:
    before = getter()
    with pytest.raises(ValueError, match=match):
        setter(bad)
    assert getter() == before
    try:
        setter(good)
        assert getter() == good
    finally:
        setter(before)


def test_settings_are_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text(
        json.dumps({"floatx": "float64", "epsilon": 1e-4, "image_data_format": "channels_first", "backend": "numpy"})
    )
    code = "from keras.core import config, engine; print(config.floatx(), config.epsilon(), config.image_data_format(), engine.name())"
    done = in_a_new_process(code, tmp_path)
    assert (done.stdout.split(), done.stderr) == (["float64", "0.0001", "channels_first", "numpy"], "")


def test_wrong_entries_of_the_file_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text(json.dumps({"floatx": "float1", "epsilon": "small", "image_data_format": 3}))
    done = in_a_new_process("from keras.core import config; print(config.floatx(), config.epsilon(), config.image_data_format())", tmp_path)
    assert done.stdout.split() == ["float32", "1e-07", "channels_last"]


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_an_unreadable_file_gives_a_warning(tmp_path: Path, content: str) -> None:
    (tmp_path / "keras.json").write_text(content)
    done = in_a_new_process("from keras.core import config; print(config.floatx())", tmp_path)
    assert done.stdout.strip() == "float32"
    assert "could not be read" in done.stderr


@pytest.mark.parametrize("gone", ["theano", "cntk", "unheard_of"])
def test_a_stale_file_gives_one_warning(tmp_path: Path, gone: str) -> None:
    (tmp_path / "keras.json").write_text(json.dumps({"backend": gone, "floatx": "float32"}))
    code = "from keras.core import engine; engine.current(); engine.current(); print(engine.name())"
    done = in_a_new_process(code, tmp_path)
    assert done.stdout.strip() == BEST
    assert done.stderr.count("UserWarning") == 1
    assert gone in done.stderr
    assert f'Write "backend": "{BEST}" in that file.' in done.stderr


def test_nothing_said_means_jax_where_it_is_installed(tmp_path: Path) -> None:
    assert in_a_new_process("from keras.core import engine; print(engine.name())", tmp_path).stdout.strip() == BEST


def test_code_that_came_through_tensorflow_computes_on_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['tensorflow'] = sys; import keras._tf_keras.keras; from keras.core import engine; print(engine.default_name())"
    assert in_a_new_process(code, tmp_path).stdout.strip() == "tensorflow"


@pytest.mark.parametrize(
    ("name", "match"), [("theano", "'theano' no longer exists"), ("tensorflw", "got 'tensorflw'. Did you mean 'tensorflow'?")]
)
def test_an_unknown_engine_in_the_environment_is_an_error(tmp_path: Path, name: str, match: str) -> None:
    done = in_a_new_process("from keras.core import engine; engine.current()", tmp_path, KERAS_BACKEND=name)
    assert done.returncode != 0
    assert match in done.stderr
    assert "KERAS_BACKEND=numpy" in done.stderr


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "theano"}))
    done = in_a_new_process("from keras.core import engine; print(engine.name())", tmp_path, KERAS_BACKEND="numpy")
    assert (done.stdout.strip(), done.stderr) == ("numpy", "")


def test_an_engine_for_a_block() -> None:
    with engine.use("numpy") as numpy_engine:
        assert engine.current() is numpy_engine
    with pytest.raises(ValueError, match="Accepted: 'numpy'"), engine.use("nothing"):
        pass


def test_names_count_up() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert naming.to_snake_case("Conv2DTranspose") == "conv2d_transpose"
        assert naming.to_snake_case("MyLayer") == "my_layer"
        assert naming.to_snake_case("LSTM") == "lstm"
    first, second = naming.auto_name("only_in_this_test"), naming.auto_name("only_in_this_test")
    assert (first, second) == ("only_in_this_test", "only_in_this_test_1")


def test_suggestions() -> None:
    assert errors.suggestion("adm", ["adam", "sgd"]) == " Did you mean 'adam'?"
    assert errors.suggestion("xyz", ["adam", "sgd"]) == ""
    assert (
        errors.unknown_name("optimizer", "adm", ["sgd", "adam"])
        == "optimizer: got 'adm', which is not known. Did you mean 'adam'? Accepted: 'adam', 'sgd'."
    )
