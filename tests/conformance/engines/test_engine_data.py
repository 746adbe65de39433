"""`fit`, `evaluate` and `predict` take the data of every library, whichever engine computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import keras
from keras.core import engine

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def _jax_arrays() -> tuple[Any, ...]:
    jax = pytest.importorskip("jax")
    return jax.numpy.asarray(X), jax.numpy.asarray(Y)


def _torch_tensors() -> tuple[Any, ...]:
    torch = pytest.importorskip("torch")
    return torch.from_numpy(X.copy()), torch.from_numpy(Y.copy())


def _tensorflow_tensors() -> tuple[Any, ...]:
    tf = pytest.importorskip("tensorflow")
    return tf.constant(X), tf.constant(Y)


def _data_loader() -> tuple[Any, ...]:
    torch = pytest.importorskip("torch")
    return (torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*_torch_tensors()), batch_size=16),)


def _tf_dataset() -> tuple[Any, ...]:
    tf = pytest.importorskip("tensorflow")
    return (tf.data.Dataset.from_tensor_slices((X, Y)).batch(16).prefetch(1),)


KINDS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "jax arrays": _jax_arrays,
    "torch tensors": _torch_tensors,
    "tensorflow tensors": _tensorflow_tensors,
    "torch DataLoader": _data_loader,
    "tf.data": _tf_dataset,
    "pandas": lambda: (pd.DataFrame(X), pd.Series(Y[:, 0])),
    "scipy.sparse": lambda: (scipy.sparse.csr_matrix(X), Y),
    "lists": lambda: (X.tolist(), Y.tolist()),
    "list of batches": lambda: (_Batches(),),
}


class _Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return X[index * 16 : index * 16 + 16], Y[index * 16 : index * 16 + 16]


def _results(*data: Any) -> tuple[Any, Any, np.ndarray]:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    batch = {"batch_size": 16} if len(data) == 2 else {}
    losses = model.fit(*data, epochs=2, shuffle=False, verbose=0, **batch).history["loss"]
    return losses, model.evaluate(*data, verbose=0), model.predict(data[0], verbose=0)


@pytest.mark.parametrize("kind", KINDS)
def test_data_of_every_library_trains_alike(other: Any, kind: str) -> None:
    with engine.use("numpy"):
        losses, evaluated, predicted = _results(X, Y)
    found = _results(*KINDS[kind]())
    assert found[0] == pytest.approx(losses, rel=1e-5)
    assert found[1] == pytest.approx(evaluated, rel=1e-5)
    np.testing.assert_allclose(found[2], predicted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["jax arrays", "torch tensors", "tensorflow tensors"])
def test_layers_take_tensors_of_every_library(other: Any, kind: str) -> None:
    layer = keras.layers.Dense(3)
    (x, _) = KINDS[kind]()
    made = layer(x)
    assert other.owns(made)
    np.testing.assert_allclose(other.to_numpy(made), other.to_numpy(layer(X)), rtol=1e-6, atol=1e-6)
