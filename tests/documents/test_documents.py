"""Programs as old documents print them, unchanged, and the example of this repository."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import keras
from keras.core import naming

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MNIST = ROOT.parent / "shared" / "data" / "mnist.npz"


def run(name):
    return runpy.run_path(str(HERE / "scripts" / name))


def final_values(text):
    """metric -> its value in the last line that names it"""
    return {name: float(value) for name, value in re.findall(r"(\w+): ([0-9.e+-]+)", text.strip().splitlines()[-1])}


def test_binary_perceptron(capsys):
    names = run("s0_mlp_binary.py")
    text = capsys.readouterr().out
    assert text.count("Epoch ") == 20 and "Epoch 20/20" in text
    loss, accuracy = names["score"]
    assert 0.5 < loss < 1.0 and 0.3 < accuracy < 0.8
    assert str(names["score"]) in text


def test_softmax_perceptron(capsys):
    names = run("s1_mlp_softmax.py")
    sgd = names["sgd"]
    assert float(sgd.learning_rate) == pytest.approx(0.01) and sgd.nesterov
    loss, accuracy = names["score"]
    assert 2.2 < loss < 2.5 and 0.0 <= accuracy < 0.3
    assert final_values(capsys.readouterr().out) == {"accuracy": pytest.approx(accuracy, abs=1e-4), "loss": pytest.approx(loss, abs=1e-4)}


SUMMARIES = {
    "table_1.txt": """
layers = [Dense(units=32, input_shape=(784,)),
          Activation(activation='relu'),
          Dense(units=10),
          Activation(activation='softmax')]
model = Sequential(layers=layers)
model.summary()
""",
    "table_2.txt": """
model = Sequential()
model.add(Dense(units=32, input_shape=(784,)))
model.add(Activation(activation='relu'))
model.add(Dense(units=10))
model.add(Activation(activation='softmax'))
model.summary(line_length=60)
""",
}


@pytest.mark.parametrize("table", SUMMARIES)
def test_the_summary_is_the_one_that_the_document_shows(table, capsys):
    code = "from keras.models import Sequential\nfrom keras.layers import Dense\nfrom keras.layers import Activation\n" + SUMMARIES[table]
    assert SUMMARIES[table].strip() in (HERE / "scripts" / "s2_summary_and_functional.py").read_text()
    exec(code, {})
    assert capsys.readouterr().out == (HERE / table).read_text()


def test_summary_and_functional(capsys):
    names = run("s2_summary_and_functional.py")
    text = capsys.readouterr().out
    assert text.startswith(keras.__version__ + "\n")
    assert text.count("Total params: 25,450") == 2 and text.count("8/8 - ") == 2
    assert names["model"].count_params() == 785 * 64 + 65 * 64 + 65 * 10
    assert [layer.name for layer in names["model"].layers] == ["input_1", "dense_5", "dense_6", "dense_7"]


def test_thirty_seconds_to_keras(capsys):
    names = run("s4_thirty_seconds.py")
    loss = names["loss_and_metrics"]
    assert isinstance(loss, float) and 2.0 < loss < 3.0
    assert names["classes"].shape == (64, 10)
    np.testing.assert_allclose(names["classes"].sum(axis=1), 1.0, rtol=1e-5)
    assert "Epoch 5/5" in capsys.readouterr().out


def command(script, home, **settings):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_")}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "KERAS_HOME": str(home), "PYTHONIOENCODING": "utf-8", **settings}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, cwd=home, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.exists(), reason="the MNIST file is not beside the repository (../shared/data/mnist.npz)")
def test_mnist(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").symlink_to(MNIST)
    code = (HERE / "scripts" / "s3_mnist.py").read_text(encoding="utf-8")
    assert code.count("epochs=20") == 1
    script = tmp_path / "s3_mnist.py"
    script.write_text(code.replace("epochs=20", "epochs=5"), encoding="utf-8")
    text = command(script, tmp_path)
    assert "Epoch 5/5" in text and "461/461" in text
    accuracy = float(re.search("测试集上的准确率: ([0-9.]+)", text)[1])
    assert accuracy >= 0.975


@pytest.mark.slow
def test_the_example_reads_digits(tmp_path):
    text = command(ROOT / "examples" / "digits.py", tmp_path)
    accuracy = float(re.search(r"Held-out digits recognized: ([0-9.]+)%", text)[1])
    assert accuracy >= 97.0


def test_documents_speak_the_names_of_their_generation():
    assert keras.layers.Dense(2, input_dim=3).name == "dense_1"
    naming.reset()
    assert keras.layers.Dense(2).name == "dense"
