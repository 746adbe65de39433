"""What every test starts from: no user settings, counted names from the start, seeds that are fixed."""

from __future__ import annotations

import os
import tempfile

os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras_home_")
os.environ["KERAS_BACKEND"] = "numpy"

import pytest  # noqa: E402

from keras.core import naming, random, switches  # noqa: E402

switches.disable_traceback_filtering()  # a failing test is read to its end


@pytest.fixture(autouse=True)
def fresh_session():
    """Automatic names and seeds do not depend on the tests before."""
    naming.reset()
    random.set_global_seed(1337)
    yield
    naming.reset()
