"""Random ops: distributions, keys, seeds, specs and replays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_properties import compiled, dtype_of

import keras.ops  # noqa: F401 (fills the registry)
from keras.core.autodiff import value_and_grad
from keras.core.tensor import REGISTRY, KerasTensor
from keras.ops.random import SeedGenerator

R = REGISTRY
KEY = np.array([7, 0], "uint32")

DRAWS: list[tuple[str, dict[str, Any], float, float]] = [
    ("uniform", {"minval": -1.0, "maxval": 3.0}, 1.0, 4 / np.sqrt(12)),
    ("normal", {"mean": 2.0, "stddev": 0.5}, 2.0, 0.5),
    ("truncated_normal", {"mean": 1.0, "stddev": 2.0}, 1.0, 2 * 0.8796),
    ("randint", {"minval": 2, "maxval": 12}, 6.5, np.sqrt(99 / 12)),
    ("gamma", {"alpha": 2.5}, 2.5, np.sqrt(2.5)),
    ("gamma", {"alpha": 0.3}, 0.3, np.sqrt(0.3)),
    ("beta", {"alpha": 0.5, "beta": 2.0}, 0.2, np.sqrt(1.0 / (2.5**2 * 3.5))),
    ("binomial", {"counts": 6, "probabilities": 0.3}, 1.8, np.sqrt(6 * 0.21)),
    ("binomial", {"counts": 1000, "probabilities": 0.9}, 900.0, np.sqrt(90)),
]
"""Function, arguments, mean and standard deviation."""


@pytest.mark.parametrize(("name", "options", "mean", "deviation"), DRAWS, ids=[f"{d[0]}{i}" for i, d in enumerate(DRAWS)])
def test_distribution(name: str, options: dict[str, Any], mean: float, deviation: float) -> None:
    drawn = R[name]((40000,), seed=11, **options).astype("float64")
    assert drawn.mean() == pytest.approx(mean, abs=5 * deviation / 200)
    assert drawn.std() == pytest.approx(deviation, rel=0.03)
    np.testing.assert_array_equal(drawn, R[name]((40000,), seed=11, **options))
    assert not np.array_equal(drawn, R[name]((40000,), seed=12, **options))


def test_ranges() -> None:
    uniform = R["uniform"]((20000,), minval=2.0, maxval=3.0, seed=1)
    assert uniform.min() >= 2.0
    assert uniform.max() < 3.0
    assert set(R["randint"]((2000,), 2, 5, seed=1).tolist()) == {2, 3, 4}
    assert np.abs(R["truncated_normal"]((20000,), seed=1)).max() <= 2.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
def test_dtypes(name: str, dtype: str) -> None:
    drawn = R[name]((2, 3), dtype=dtype, seed=1)
    assert (drawn.shape, dtype_of(drawn)) == ((2, 3), dtype)
    assert R[name]((0, 3), dtype=dtype, seed=1).shape == (0, 3)
    assert R[name]((), dtype=dtype, seed=1).shape == ()


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_integer_dtypes(dtype: str) -> None:
    assert dtype_of(R["randint"]((3,), 0, 5, dtype=dtype, seed=1)) == dtype


PRIMITIVES = [
    ("draw_uniform", {}),
    ("draw_normal", {}),
    ("draw_truncated_normal", {}),
    ("draw_mask", {"rate": 0.3}),
    ("draw_integers", {"low": 0, "high": 9}),
]


@pytest.mark.parametrize(("name", "options"), PRIMITIVES, ids=[p[0] for p in PRIMITIVES])
def test_primitive_spec_and_replay(name: str, options: dict[str, Any]) -> None:
    dtype = "int32" if name == "draw_integers" else "float32"
    drawn = R[name](KEY, shape=(4, 500), dtype=dtype, **options)
    spec = R[name](KerasTensor((2,), "uint32"), shape=(4, 500), dtype=dtype, **options)
    assert (spec.shape, spec.dtype) == (drawn.shape, dtype_of(drawn))
    replay = compiled(lambda key: R[name](key, shape=(4, 500), dtype=dtype, **options))
    for _ in range(2):
        np.testing.assert_array_equal(replay(KEY), drawn)
    later = replay(np.array([7, 1], "uint32"))
    assert not np.array_equal(later, drawn)
    np.testing.assert_array_equal(later, R[name](np.array([7, 1], "uint32"), shape=(4, 500), dtype=dtype, **options))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dropout(dtype: str) -> None:
    x = np.ones((200, 200), dtype)
    dropped = R["dropout"](x, 0.25, seed=3)
    assert dtype_of(dropped) == dtype
    assert set(np.unique(dropped.astype("float32"))) == {0.0, np.float32(np.asarray(1 / 0.75, dtype))}
    assert float((dropped == 0).mean()) == pytest.approx(0.25, abs=0.015)
    rows = R["dropout"](x, 0.5, noise_shape=(None, 1), seed=3)
    assert (rows == rows[:, :1]).all()
    np.testing.assert_array_equal(R["dropout"](x, 0, seed=3), x)


def test_dropout_gradient_is_its_mask() -> None:
    x = np.ones((3, 50), "float32")
    _, g = value_and_grad(lambda p: R["sum"](R["dropout"](p, 0.5, seed=3)))(x)
    np.testing.assert_array_equal(g, R["dropout"](x, 0.5, seed=3))


def test_dropout_refuses_a_wrong_rate() -> None:
    with pytest.raises(ValueError, match="keras.random.dropout\\(rate\\): got 1.5"):
        R["dropout"](np.ones(3), 1.5)


@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
def test_only_floats_are_spread_over_a_range(name: str) -> None:
    with pytest.raises(ValueError, match=rf"keras.random.{name}\(dtype\): got 'int32'. Accepted: a float dtype"):
        R[name]((2,), dtype="int32", seed=1)


def test_random_integers_are_integers() -> None:
    with pytest.raises(ValueError, match=r"keras.random.randint\(dtype\): got 'float32'. Accepted: an integer dtype. Write"):
        R["randint"]((2,), 0, 5, dtype="float32", seed=1)


def test_shuffle() -> None:
    x = np.arange(40).reshape(20, 2)
    shuffled = R["shuffle"](x, seed=5)
    assert not np.array_equal(shuffled, x)
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), x)
    assert (shuffled[:, 1] - shuffled[:, 0] == 1).all()
    columns = R["shuffle"](x.T, axis=1, seed=5)
    np.testing.assert_array_equal(columns, shuffled.T)


def test_categorical() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32"))
    drawn = R["categorical"](logits, 8000, seed=2)
    assert (drawn.shape, dtype_of(drawn)) == ((2, 8000), "int32")
    for row, expected in zip(drawn, np.exp(logits), strict=True):
        np.testing.assert_allclose(np.bincount(row, minlength=3) / 8000, expected, atol=0.03)


def test_seed_generator() -> None:
    a, b = SeedGenerator(5), SeedGenerator(5)
    first, second = R["normal"]((4,), seed=a), R["normal"]((4,), seed=a)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(R["normal"]((4,), seed=b), first)
    np.testing.assert_array_equal(R["normal"]((4,), seed=b), second)
    assert SeedGenerator.from_config(a.get_config()).get_config() == a.get_config()


@pytest.mark.parametrize("seed", ["5", 1.5, True])
def test_wrong_seeds(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed"):
        R["normal"]((2,), seed=seed)
    with pytest.raises(ValueError, match="seed"):
        SeedGenerator(seed)


def test_the_shape_of_the_binomial_distribution() -> None:
    drawn = np.bincount(R["binomial"]((40000,), 4, 0.3, seed=5).astype(int), minlength=5) / 40000
    np.testing.assert_allclose(drawn, [0.2401, 0.4116, 0.2646, 0.0756, 0.0081], atol=0.012)


def test_parameters_are_broadcast_and_out_of_range_ones_give_nan() -> None:
    drawn = R["binomial"]((3, 2), [5.0, 100.0], [0.0, 1.0], seed=1)
    assert drawn.tolist() == [[0.0, 100.0]] * 3
    assert R["gamma"]((2,), [0.0, -1.0], seed=1).tolist()[0] == 0.0
    assert np.isnan([R["gamma"]((), -1.0, seed=1), R["beta"]((), -1.0, 1.0, seed=1), R["binomial"]((), 3, 1.5, seed=1)]).all()
    assert R["beta"]((), 0.0, 1.0, seed=1) == 0.0
    tiny = R["beta"]((1000,), 1e-4, 1e-4, seed=1)  # the numbers of the gamma distribution are below the smallest float there
    assert np.isfinite(tiny).all() and 0.3 < tiny.mean() < 0.7


@pytest.mark.parametrize(("name", "arguments"), [("gamma", (2.0,)), ("beta", (2.0, 3.0)), ("binomial", (5, 0.5))])
def test_the_gamma_family(name: str, arguments: tuple[float, ...]) -> None:
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        drawn = R[name]((2, 3), *arguments, dtype=dtype, seed=1)
        assert (drawn.shape, dtype_of(drawn)) == ((2, 3), dtype)
    assert R[name]((0, 3), *arguments, seed=1).shape == (0, 3)
    with pytest.raises(ValueError, match=rf"keras.random.{name}\(dtype\): got 'int32'. Accepted: a float dtype"):
        R[name]((2,), *arguments, dtype="int32", seed=1)
    with pytest.raises(ValueError, match=rf"keras.random.{name}\(\w+\): got shape \(2,\). Accepted: a shape that can be broadcast"):
        R[name]((2, 3), np.ones(2), *arguments[1:], seed=1)


def test_elastic_transform() -> None:
    ramp = np.tile(np.arange(40, dtype="float32")[None, :, None], (40, 1, 2))
    moved = R["elastic_transform"](ramp, alpha=20.0, sigma=5.0, seed=1)
    assert (moved.shape, moved.dtype) == (ramp.shape, np.float32)
    assert 1.0 < np.abs(moved - ramp).mean() < 10.0
    np.testing.assert_array_equal(moved[..., 0], moved[..., 1])  # all channels of a place move together
    np.testing.assert_array_equal(moved, R["elastic_transform"](ramp, alpha=20.0, sigma=5.0, seed=1))
    np.testing.assert_allclose(R["elastic_transform"](ramp, alpha=0.0, seed=1), ramp)
    batch = R["elastic_transform"](np.stack([ramp, ramp]).transpose(0, 3, 1, 2), data_format="channels_first", seed=1)
    assert batch.shape == (2, 2, 40, 40) and not np.array_equal(batch[0], batch[1])
    assert R["elastic_transform"](ramp.astype("uint8"), seed=1).dtype == np.uint8
    spec = R["elastic_transform"](KerasTensor((None, 8, 8, 3)))
    assert spec.shape == (None, 8, 8, 3)
