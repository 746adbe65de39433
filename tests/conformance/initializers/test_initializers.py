"""Initializers against recorded statistics and values; seeds, fans, names, configs and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import keras
from keras import initializers
from keras.initializers.random_values import compute_fans
from recorded_values import names, recorded

CASES = recorded("initializers")
UNCORRECTED = "Keras 2.1.5 did not correct the standard deviation for the truncation (it does since 2.2.3)"
NOT_COMPARED = {
    name: UNCORRECTED
    for name in names(CASES)
    if name.startswith("keras-2.1.5") and ("distribution_normal" in name or name.endswith(("/VarianceScaling", "/he_normal")))
}
OBJECTS = [
    initializers.Constant(0.5), initializers.Constant([1.0, 2.0, 3.0]), initializers.Identity(2.0), initializers.Ones(), initializers.Zeros(),
    initializers.RandomNormal(seed=3), initializers.RandomUniform(seed=3), initializers.TruncatedNormal(1.0, 2.0, seed=3),
    initializers.VarianceScaling(2.0, "fan_avg", "untruncated_normal", seed=3), initializers.GlorotNormal(3), initializers.GlorotUniform(3),
    initializers.HeNormal(3), initializers.HeUniform(3), initializers.LecunNormal(3), initializers.LecunUniform(3, [0], [1]),
    initializers.Orthogonal(2.0, seed=3), initializers.STFT("imag", "hamming", "spectrum", True),
]  # fmt: skip
PUBLIC = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFT",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]


def _shape_for(initializer: Any) -> tuple[int, ...]:
    return (8, 1, 5) if isinstance(initializer, initializers.STFT) else (4, 3)


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_statistics_are_the_recorded_ones(case: dict[str, Any]) -> None:
    if case["name"] in NOT_COMPARED:
        pytest.skip(NOT_COMPARED[case["name"]])
    initializer = initializers.deserialize({"class_name": case["class_name"], "config": case["arguments"]})
    for shape, expected in (case.get("stats") or {}).items():
        drawn = initializer(tuple(int(n) for n in shape.split("x")))
        ranked = np.sort(drawn, axis=None)
        found = {"mean": drawn.mean(), "std": drawn.std(), "p05": ranked[int(0.05 * ranked.size)], "p95": ranked[int(0.95 * ranked.size)]}
        scale = max(abs(expected["p05"]), abs(expected["p95"]))
        for key, value in found.items():
            assert value == pytest.approx(expected[key], rel=case["tolerance"]["rtol"], abs=case["tolerance"]["atol"] * scale), (shape, key)
    if "small" in case["arrays"]:
        np.testing.assert_allclose(initializer((4, 3)), case["arrays"]["small"], rtol=1e-6)


@pytest.mark.parametrize("initializer", OBJECTS, ids=lambda i: type(i).__name__)
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_properties(initializer: Any, dtype: str) -> None:
    shape = _shape_for(initializer)
    first = initializer(shape, dtype)
    assert (first.shape, first.dtype.name) == (shape, dtype)
    twin = initializers.deserialize(initializers.serialize(initializer))
    assert (type(twin), twin.get_config()) == (type(initializer), initializer.get_config())
    for again in (initializer(shape, dtype), twin(shape, dtype), initializer.clone()(shape, dtype)):
        np.testing.assert_array_equal(again, first)


def test_every_public_name_is_here_and_every_class_is_found_in_both_spellings() -> None:
    assert set(dir(initializers)) == set(PUBLIC)
    classes = [n for n in PUBLIC if n[0].isupper() and n not in ("Initializer",)]
    aliases = [n for n in PUBLIC if n[0].islower() and n not in ("get", "serialize", "deserialize")]
    for name in [*classes, *aliases, "uniform", "normal", "one", "zero"]:
        expected = getattr(initializers, name, None)
        assert isinstance(initializers.get(name), expected or initializers.Initializer)
    assert initializers.get(None) is None and isinstance(initializers.get(initializers.Ones), initializers.Ones)


def test_a_name_serves_a_variable() -> None:
    assert keras.Variable("ones", shape=(2,)).numpy().tolist() == [1.0, 1.0]


def test_an_unseeded_initializer_repeats_itself_and_the_next_one_differs() -> None:
    one, other = initializers.GlorotUniform(), initializers.GlorotUniform()
    np.testing.assert_array_equal(one((3, 3)), one((3, 3)))
    assert not np.array_equal(one((3, 3)), other((3, 3)))
    assert one.get_config()["seed"] is None


def test_the_global_seed_gives_the_same_weights_again() -> None:
    keras.utils.set_random_seed(5)
    first = initializers.HeNormal()((2, 2))
    keras.utils.set_random_seed(5)
    np.testing.assert_array_equal(initializers.HeNormal()((2, 2)), first)


def test_weights_of_a_seed_stay_what_they_were() -> None:
    expected = [[-0.8236985, 0.9113899], [1.1568042, -0.5012505]]
    np.testing.assert_allclose(initializers.GlorotUniform(seed=7)((2, 2)), expected, rtol=1e-6)


def test_a_seed_generator_gives_new_values_at_each_call() -> None:
    class Counter:
        state = 0

        def next(self) -> np.ndarray:
            self.state += 1
            return np.array([7, self.state], "uint32")

    initializer = initializers.RandomNormal(seed=Counter())
    assert not np.array_equal(initializer((3,)), initializer((3,)))


@pytest.mark.parametrize(
    ("shape", "axes", "fans"),
    [
        ((), (None, None), (1, 1)), ((7,), (None, None), (7, 7)), ((4, 3), (None, None), (4, 3)), ((3, 3, 16, 32), (None, None), (144, 288)),
        ((8, 6, 10, 12), ([0, 1], [2, 3]), (48, 120)), ((8, 6, 10, 12), ([-1], [0]), (12, 8)), ((8, 6, 10, 12), ([0], None), (480, 576)),
    ],
)  # fmt: skip
def test_fans(shape: Any, axes: Any, fans: Any) -> None:
    assert compute_fans(shape, *axes) == fans


def test_orthogonal_rows_or_columns() -> None:
    for shape in ((3, 5), (5, 3), (2, 3, 4)):
        q = initializers.Orthogonal(gain=2.0, seed=1)(shape, "float64").reshape(-1, shape[-1])
        gram = q @ q.T if q.shape[0] < q.shape[1] else q.T @ q
        np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_zero_sizes() -> None:
    assert initializers.GlorotUniform(seed=1)((0, 3)).shape == (0, 3)
    assert initializers.TruncatedNormal(seed=1)(()).shape == ()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: initializers.get("glorot_unifrm"), "Did you mean 'glorot_uniform'"),
        (lambda: initializers.get(3), "got 3"),
        (lambda: initializers.RandomNormal(seed="a"), r"RandomNormal\(seed\): got 'a'"),
        (lambda: initializers.VarianceScaling(scale=0), r"scale.*Accepted: a float > 0"),
        (lambda: initializers.VarianceScaling(mode="fan_inn"), "Did you mean 'fan_in'"),
        (lambda: initializers.VarianceScaling(distribution="unifrm"), "Did you mean 'uniform'"),
        (lambda: initializers.VarianceScaling(input_axes=[5], output_axes=[0])((2, 2)), "2 axes"),
        (lambda: initializers.Identity()((3,)), "Accepted: a matrix"),
        (lambda: initializers.Orthogonal()((3,)), "at least two axes"),
        (lambda: initializers.Constant([1.0, 2.0])((3,)), r"shape \(2,\).*\(3,\)"),
        (lambda: initializers.Zeros()((-1,)), "integers >= 0"),
        (lambda: initializers.STFT("reel"), "'real' or 'imag'"),
        (lambda: initializers.STFT(scaling="x"), "'density', 'spectrum' or None"),
        (lambda: initializers.STFT()((8, 2, 5)), "frame length, 1, bins"),
        (lambda: initializers.STFT(window=[1.0])((8, 1, 5)), "frame length is 8"),
    ],
)
def test_errors_say_what_to_do(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()
    with pytest.raises(NotImplementedError, match="must define values"):
        initializers.Initializer()((2,))
