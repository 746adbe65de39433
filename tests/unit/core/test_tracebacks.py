"""Tracebacks: with filtering, only lines outside of the package are shown."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import keras
from keras.core import tracebacks


@pytest.fixture
def filtering() -> Iterator[None]:
    keras.config.enable_traceback_filtering()
    yield
    keras.config.disable_traceback_filtering()


class Broken(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        raise ZeroDivisionError("in the user's line")


def files(call: Any) -> list[str]:
    with pytest.raises((ZeroDivisionError, ValueError)) as found:
        call()
    return [frame.filename for frame in traceback.extract_tb(found.value.__traceback__)]


def of_the_package(names: list[str]) -> int:
    return sum(name.startswith(tracebacks._PACKAGE) for name in names)


@pytest.mark.usefixtures("filtering")
def test_the_users_lines_are_left() -> None:
    x = np.ones((2, 2), "float32")
    for call in (lambda: Broken()(x), lambda: keras.Sequential([Broken()]).predict(x, verbose=0)):
        names = files(call)
        assert of_the_package(names) <= 2 and names[-1] == __file__
    assert of_the_package(files(lambda: keras.layers.Dense(2)(np.float32(1.0)))) == 1


def test_all_frames_without_filtering() -> None:
    assert not keras.config.is_traceback_filtering_enabled()
    assert of_the_package(files(lambda: Broken()(np.ones((2, 2), "float32")))) > 2
