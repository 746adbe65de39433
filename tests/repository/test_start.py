"""`import keras` is lazy: it loads the standard library and nothing heavier than NumPy."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
import source_tree

LIGHT = {"keras", "numpy"}

SHOW_LOADED = """
import json, sys
before = set(sys.modules)
{code}
loaded = {{name.split('.')[0] for name in set(sys.modules) - before}}
print(json.dumps(sorted(name for name in loaded if name not in sys.stdlib_module_names)))
"""

SEQUENTIAL = """
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
"""

FIT = (
    SEQUENTIAL
    + """
import numpy as np
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
"""
)


def loaded_packages(code: str) -> set[str]:
    """Top-level packages outside the standard library that `code` loads, in a new process on the NumPy engine."""
    environment = {**os.environ, "KERAS_BACKEND": "numpy", "PYTHONPATH": str(source_tree.ROOT / "src"), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LOADED.format(code=code)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


# Not packages: what Cython, in NumPy's own extensions, and multiprocessing put among the modules; and what .pth files load.
NOT_PACKAGES = re.compile(r"_?cython_.*|__mp_main__|_distutils_hack|_virtualenv|sitecustomize|__editable__.*")


@pytest.mark.parametrize("code", ["import keras", SEQUENTIAL, FIT], ids=["import", "sequential", "fit"])
def test_nothing_heavier_than_numpy_is_loaded(code: str) -> None:
    assert {name for name in loaded_packages(code) if not NOT_PACKAGES.fullmatch(name)} <= LIGHT


def test_import_loads_no_layer_until_it_is_asked_for() -> None:
    code = "import keras\nassert not [name for name in sys.modules if name.startswith(('keras.layers', 'keras.training', 'keras.saving'))]"
    loaded_packages(code)


def test_the_check_sees_a_package() -> None:
    assert "pytest" in loaded_packages("import pytest")
