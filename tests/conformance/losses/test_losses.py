"""Losses: values and gradients of real Keras, and properties that hold for every one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from losses_recorded import case_id, cases

from keras.core import engine
from keras.core.autodiff import value_and_grad
from keras.core.tensor import KerasTensor
from keras.losses import lookup
from keras.losses.crossentropy import BinaryCrossentropy, SparseCategoricalCrossentropy, binary_crossentropy, categorical_crossentropy
from keras.losses.loss import Loss, LossFunctionWrapper
from keras.losses.regression import MeanSquaredError, mean_squared_error
from keras.ops.activations import softmax
from keras.ops.elementwise import sigmoid
from keras.ops.reduction import mean
from keras.ops.reduction import sum as total

KERAS_3 = cases("keras-3.15.1")
KERAS_2 = cases("keras-2.1.5")
PLAIN = [case for case in KERAS_3 if "mask" not in case["arrays"]]


def make(case: dict[str, Any], **arguments: Any) -> Loss:
    return lookup.registry.find(case["class_name"])(**{**case["arguments"], **arguments})


class Masked(np.ndarray):
    """An array that carries a mask, as layers leave it on their outputs."""

    _keras_mask: Any = None


def masked(x: np.ndarray, mask: np.ndarray) -> Masked:
    found = x.view(Masked)
    found._keras_mask = mask
    return found


@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_values_of_keras_3(case):
    arrays = case["arrays"]
    y_pred = masked(arrays["y_pred"], arrays["mask"]) if "mask" in arrays else arrays["y_pred"]
    outputs = [name for name in arrays if name.startswith(("out_", "masked_"))]
    assert outputs
    for name in outputs:
        reduction = name.partition("_")[2]
        weights = None
        if reduction.endswith("_swfull"):
            reduction, weights = reduction.removesuffix("_swfull"), arrays["sample_weight_full"]
        elif reduction.endswith("_sw"):
            reduction, weights = reduction.removesuffix("_sw"), arrays["sample_weight"]
        found = make(case, reduction=reduction)(arrays["y_true"], y_pred, weights)
        np.testing.assert_allclose(found, arrays[name], err_msg=name, **case["tolerance"])


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_gradients_of_keras_3(case):
    loss, arrays = make(case), case["arrays"]
    _, gradient = value_and_grad(lambda y: loss(arrays["y_true"], y))(arrays["y_pred"])
    np.testing.assert_allclose(gradient, arrays["grad_y_pred"], **case["tolerance"])


@pytest.mark.parametrize("case", KERAS_2, ids=case_id)
def test_functions_of_keras_2(case):
    function, arrays = lookup.get(case["class_name"]), case["arrays"]
    np.testing.assert_allclose(function(arrays["y_true"], arrays["y_pred"]), arrays["out_none"], **case["tolerance"])
    _, gradient = value_and_grad(lambda y: mean(function(arrays["y_true"], y)))(arrays["y_pred"])
    np.testing.assert_allclose(gradient, arrays["grad_y_pred"], **case["tolerance"])


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_gradient_equals_finite_difference(case):
    loss, y_true = make(case, dtype="float64"), case["arrays"]["y_true"]
    y_pred = case["arrays"]["y_pred"].astype("float64")
    if case["class_name"] == "BinaryFocalCrossentropy":
        y_pred = np.clip(y_pred, 0.05, 0.95)
    direction = np.random.default_rng(3).normal(size=y_pred.shape)
    direction /= np.linalg.norm(direction)
    _, gradient = value_and_grad(lambda y: loss(y_true, y))(y_pred)
    step = 1e-6
    difference = (loss(y_true, y_pred + step * direction) - loss(y_true, y_pred - step * direction)) / (2 * step)
    np.testing.assert_allclose(np.sum(gradient * direction), difference, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_compiled_equals_eager(case):
    loss, arrays = make(case), case["arrays"]

    def step(y_true: Any, y_pred: Any) -> Any:
        return value_and_grad(lambda y: loss(y_true, y))(y_pred)

    compiled = engine.current().compile(step)
    for _ in range(2):
        value, gradient = compiled(arrays["y_true"], arrays["y_pred"])
        eager_value, eager_gradient = step(arrays["y_true"], arrays["y_pred"])
        np.testing.assert_allclose(value, eager_value, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(gradient, eager_gradient, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_config_makes_an_equal_loss(case):
    loss, arrays = make(case, reduction="sum", dtype="float64", name="mine"), case["arrays"]
    twin = lookup.deserialize(lookup.serialize(loss))
    assert twin.get_config() == loss.get_config()
    assert (twin.name, twin.reduction, twin.dtype) == ("mine", "sum", "float64")
    assert twin(arrays["y_true"], arrays["y_pred"]) == loss(arrays["y_true"], arrays["y_pred"])


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_symbols_have_the_shape_of_values(case):
    arrays, loss = case["arrays"], make(case, reduction=None)
    y_true, y_pred = (KerasTensor((None, *arrays[name].shape[1:]), arrays[name].dtype.name) for name in ("y_true", "y_pred"))
    spec, value = loss(y_true, y_pred), loss(arrays["y_true"], arrays["y_pred"])
    assert spec.shape[1:] == np.shape(value)[1:]
    assert len(spec.shape) == np.ndim(value)
    assert spec.dtype == value.dtype.name


def test_every_loss_class_has_a_recorded_case():
    classes = {target for name, target in lookup.TABLE.items() if name[0].isupper() and name not in lookup.ALIASES}
    recorded = {lookup.TABLE[case["class_name"]] for case in KERAS_3}
    assert classes - recorded == {"keras.losses.loss:Loss", "keras.losses.loss:LossFunctionWrapper"}


def test_every_function_of_keras_3_has_a_class_with_its_arguments():
    for name, target in lookup.TABLE.items():
        found = lookup.registry.find(name)
        if isinstance(found, type) and hasattr(found, "function"):
            assert lookup.registry.find(found.function.__name__) is found.function, target
            assert "Arguments:" in found.__doc__ and ">>>" in found.__doc__ and "Source:" in found.__doc__


# ------------------------------------------------------------------------------------------------------------------- names

SPELLINGS = {
    "mean_squared_error": "mse MSE mean_squared_error",
    "mean_absolute_error": "mae MAE mean_absolute_error",
    "mean_absolute_percentage_error": "mape MAPE mean_absolute_percentage_error",
    "mean_squared_logarithmic_error": "msle MSLE mean_squared_logarithmic_error",
    "kl_divergence": "kld KLD kl_divergence kullback_leibler_divergence",
    "binary_crossentropy": "bce BCE binary_crossentropy",
    "cosine_similarity": "cosine_similarity cosine_proximity cosine",
    "log_cosh": "log_cosh logcosh",
    "huber": "huber huber_loss",
}


@pytest.mark.parametrize(("name", "spelling"), [(n, s) for n, spellings in SPELLINGS.items() for s in spellings.split()])
def test_every_spelling_finds_the_function(name, spelling):
    assert lookup.get(spelling).__name__ == name


def test_get_takes_classes_instances_configs_and_none():
    loss = MeanSquaredError()
    assert lookup.get(loss) is loss
    assert lookup.get(None) is None
    assert isinstance(lookup.get("MeanSquaredError"), MeanSquaredError)
    assert isinstance(lookup.get(MeanSquaredError), MeanSquaredError)
    assert isinstance(lookup.get({"class_name": "MeanSquaredError", "config": {"reduction": "sum"}}), MeanSquaredError)
    assert lookup.get(len) is len
    assert lookup.deserialize("Mine", {"Mine": MeanSquaredError}).name == "mean_squared_error"


def test_unknown_name_suggests_one():
    with pytest.raises(ValueError, match="'mean_squard_error', which is not known. Did you mean 'mean_squared_error'"):
        lookup.get("mean_squard_error")


# ------------------------------------------------------------------------------------------------- targets, weights, masks


def test_vector_targets_fit_columns():
    column = np.array([[2.0], [4.0]], "float32")
    assert float(MeanSquaredError()(np.array([1.0, 2.0]), column)) == 2.5
    assert float(LossFunctionWrapper(lambda y, p: total((y - p) ** 2.0, axis=-1))(np.array([1.0, 2.0]), column)) == 2.5


def test_one_weight_per_sample_counts_for_all_its_steps():
    y = np.ones((3, 3, 2), "float32")
    found = MeanSquaredError(reduction=None)(y, 0 * y, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(found, [[1, 1, 1], [2, 2, 2], [3, 3, 3]])


def test_dtype_of_the_loss():
    y = np.zeros((2, 1))
    assert MeanSquaredError()(y, y).dtype == np.float32
    assert MeanSquaredError(dtype="float64")(y, y).dtype == np.float64


def test_user_loss_gets_one_dtype():
    class Difference(Loss):
        def call(self, y_true, y_pred):
            assert y_true.dtype == y_pred.dtype == np.float32
            return total(y_pred - y_true, axis=-1)

    loss = Difference()
    assert loss.name == "difference"
    assert float(loss(np.array([[1, 2]]), np.array([[2.0, 4.0]]))) == 3.0
    assert Difference.from_config(loss.get_config()).get_config() == loss.get_config()


def test_nested_targets_reach_call():
    class OfTwo(Loss):
        def call(self, y_true, y_pred):
            return mean_squared_error(y_true["a"], y_pred["a"]) + mean_squared_error(y_true["b"], y_pred["b"])

    y = {"a": np.ones((2, 1)), "b": np.zeros((2, 1))}
    assert float(OfTwo()(y, {"a": np.zeros((2, 1)), "b": np.zeros((2, 1))})) == 1.0


def test_cross_entropies_see_the_softmax_and_sigmoid_before_them():
    logits = np.array([[200.0, -200.0], [0.0, 1.0]], "float32")
    sparse = SparseCategoricalCrossentropy()
    compiled = engine.current().compile(lambda x: value_and_grad(lambda x: sparse(np.array([1, 0]), softmax(x)))(x)[1])
    names = [node.op.name for node in compiled.program(logits).graph.nodes]
    assert "reciprocal" not in names and names.count("divide") <= 3  # softmax, normalized probability, mean: none in the gradient
    binary = BinaryCrossentropy()
    _, gradient = value_and_grad(lambda x: binary(np.array([[1.0], [0.0]], "float32"), sigmoid(x)))(logits[:, 1:])
    np.testing.assert_allclose(gradient[1], 1 / (1 + np.exp(-1.0)) / 2, rtol=1e-6)


def test_inputs_are_not_changed():
    y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[0.2, 0.8]])
    for name in ("mse", "huber", "hinge", "categorical_crossentropy", "binary_focal_crossentropy", "kld"):
        lookup.get(name)(y_true, y_pred)
    np.testing.assert_array_equal(y_true, [[0.0, 1.0]])
    np.testing.assert_array_equal(y_pred, [[0.2, 0.8]])


# ------------------------------------------------------------------------------------------------------------------ errors

ONE_HOT, INDICES, PROBABILITIES = np.eye(3)[[0, 1]], np.array([0, 1]), np.full((2, 3), 1 / 3)

ERRORS = {
    "integer labels": (
        lambda: categorical_crossentropy(INDICES, PROBABILITIES),
        r"y_true has shape \(2,\), but y_pred has shape \(2, 3\).*'sparse_categorical_crossentropy'.*to_categorical\(y, num_classes=3\)",
    ),
    "one-hot labels": (
        lambda: lookup.get("sparse_categorical_crossentropy")(ONE_HOT, PROBABILITIES),
        r"look one-hot.*shape \(2,\).*loss='categorical_crossentropy'.*y.argmax\(-1\)",
    ),
    "one column too many": (
        lambda: categorical_crossentropy(np.eye(4)[[1, 2]], PROBABILITIES),
        r"y_true has shape \(2, 4\), but y_pred has shape \(2, 3\).*to_categorical\(y - 1\)",
    ),
    "one output unit": (
        lambda: categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1))),
        r"one class, whose probability is always 1.*Dense\(1, activation='sigmoid'\) with loss='binary_crossentropy'",
    ),
    "one column against many": (
        lambda: mean_squared_error(np.zeros((4, 1)), np.zeros((4, 3))),
        r"y_true has shape \(4, 1\), but y_pred has shape \(4, 3\).*same shape as the output.*Dense\(1\)",
    ),
    "vector against many": (lambda: mean_squared_error(np.zeros(3), np.zeros((3, 3))), r"shape \(3,\).*shape \(3, 3\).*broadcast_to"),
    "binary shapes": (lambda: binary_crossentropy(np.zeros((4, 2)), np.zeros((4, 3))), r"binary_crossentropy.*\(4, 2\).*\(4, 3\)"),
    "reduction": (lambda: MeanSquaredError(reduction="average"), r"reduction: got 'average'. Accepted: 'sum_over_batch_size'"),
    "weights": (
        lambda: MeanSquaredError()(np.zeros((4, 3)), np.zeros((4, 3)), np.ones(3)),
        r"sample_weight: got shape \(3,\) for losses of shape \(4,\)",
    ),
    "smoothing": (lambda: binary_crossentropy([[0.0]], [[0.5]], label_smoothing=2.0), r"label_smoothing: got 2.0.*range \[0, 1\]"),
    "q": (lambda: lookup.registry.find("CategoricalGeneralizedCrossEntropy")(q=1.0), r"q\): got 1.0.*between 0 and 1"),
    "circle": (lambda: lookup.get("circle")(np.zeros((2, 3)), np.zeros((2, 4))), r"circle\(y_true, y_pred\).*y.argmax\(-1\)"),
    "ctc": (lambda: lookup.get("ctc")(np.zeros((2, 3)), np.zeros((2, 4))), r"ctc\(y_true, y_pred\).*\(n, steps, classes\)"),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_error_texts(what):
    call, text = ERRORS[what]
    with pytest.raises(ValueError, match=text):
        call()


def test_call_must_be_written():
    with pytest.raises(NotImplementedError, match=r"Loss.call is not written. Write def call"):
        Loss()([0.0], [0.0])


def test_unknown_argument_is_named():
    with pytest.raises(TypeError, match="MeanSquaredError: got an unknown argument 'reductoin'. Did you mean 'reduction'"):
        MeanSquaredError(reductoin="sum")
