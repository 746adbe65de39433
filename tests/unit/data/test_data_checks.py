"""The first-batch checks: each mistake has its text, and correct data has none."""

import numpy as np
import pytest

from keras.training.data.checks import (
    check_embedding_ids,
    check_labels,
    check_targets,
    describe_nan_loss,
    describe_nonfinite,
    is_one_hot,
    lint_metrics,
    lint_targets,
    lint_validation_labels,
    snake_name,
)

LABELS = np.array([0, 2, 1, 2])
ONE_HOT = np.eye(3, dtype="float32")[LABELS]


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("mse", "mean_squared_error"),
        ("MeanSquaredError", "mean_squared_error"),
        ("KLDivergence", "kl_divergence"),
        ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
        ("LogCosh", "log_cosh"),
        ("my_loss", "my_loss"),
    ],
)
def test_snake_name(name, snake):
    assert snake_name(name) == snake


def test_nonfinite_values_are_counted_and_located():
    x = np.zeros((5, 3), np.float32)
    x[3, 2] = np.nan
    assert describe_nonfinite({"x": x}) == "x has 1 NaN (row 3, column 2)"
    x[1, 0] = -np.inf
    assert describe_nonfinite({"x": x, "y": np.ones(5)}) == "x has 1 NaN and 1 infinite (row 1, column 0)"
    assert describe_nonfinite({"x": [x[:1], {"b": x[3:, 2]}]}) == "x[1]['b'] has 1 NaN (row 0)"
    deep = np.zeros((2, 2, 2))
    deep[1, 0, 1] = np.inf
    assert describe_nonfinite({"x": deep}) == "x has 1 infinite (row 1, position (0, 1))"


def test_finite_data_has_no_description(monkeypatch):
    assert describe_nonfinite({"x": np.ones((4, 2)), "y": LABELS, "sample_weight": None, "text": np.array(["a"])}) is None
    # The sum overflows although every value is finite.
    assert describe_nonfinite({"x": np.full(4, np.finfo(np.float64).max)}) is None


def test_rows_are_numbered_across_parts(monkeypatch):
    monkeypatch.setattr("keras.training.data.checks._ROWS_PER_SCAN", 2)
    x = np.zeros((7, 1))
    x[5] = x[6] = np.nan
    assert describe_nonfinite({"x": x}) == "x has 2 NaN (row 5, column 0)"


def test_sparse_nonfinite():
    sparse = pytest.importorskip("scipy.sparse")
    x = np.zeros((4, 3))
    x[2, 1] = np.nan
    assert describe_nonfinite({"x": sparse.csr_matrix(x)}) == "x has 1 NaN (row 2, column 1)"
    assert describe_nonfinite({"x": sparse.csr_matrix(np.eye(3))}) is None


def test_nan_loss():
    assert describe_nan_loss(1, {"x": [[1.0, np.nan]]}).startswith("The loss is NaN at step 1: x has 1 NaN (row 0, column 1).")
    text = describe_nan_loss(5, {"x": np.arange(200.0), "y": np.zeros(3), "sample_weight": None}, gradient_growth=1000)
    assert text == (
        "The loss is NaN at step 5. The data holds no NaN; x ranges 0..199; y ranges 0..0, and the gradient grew 1e+03 times over "
        "the last steps. Scale x (for example with a Normalization layer) or lower the learning rate."
    )


def test_labels():
    check_labels(LABELS, 3)
    check_labels(LABELS[:, None].astype(float), 3)
    check_labels(np.array([0, -1, 2]), 3, ignore_class=-1)
    one_based = r"labels are 1\.\.10 but the model has 10 outputs \(0\.\.9\)\. Subtract 1 \(y - 1\) or use Dense\(11\)"
    with pytest.raises(ValueError, match=one_based):
        check_labels(np.arange(1, 11), 10)
    with pytest.raises(ValueError, match=r"labels are 0\.\.2 but the model has 2 outputs \(0\.\.1\)\. Use Dense\(3\)"):
        check_labels(LABELS, 2)
    with pytest.raises(ValueError, match=r"labels are -1\.\.2 but the model has 3 outputs.*Class numbers begin at 0"):
        check_labels(np.array([-1, 2]), 3)


def test_embedding_ids():
    check_embedding_ids([[0, 4]], 5)
    with pytest.raises(ValueError, match=r"the id 5, which is not below input_dim=5 of 'embedding'\. Use input_dim=6"):
        check_embedding_ids([[0, 5]], 5, layer="embedding")
    with pytest.raises(ValueError, match=r"the id -1, but ids of 'Embedding' begin at 0"):
        check_embedding_ids([-1], 5)


def test_one_hot():
    assert is_one_hot(ONE_HOT) and is_one_hot(ONE_HOT.astype(bool))
    assert not is_one_hot(LABELS) and not is_one_hot(ONE_HOT * 0.5) and not is_one_hot(np.ones((2, 2))) and not is_one_hot(LABELS[:, None])


@pytest.mark.parametrize("form", [lambda y: y, lambda y: y[:, None], lambda y: np.eye(10)[y]], ids=["n", "n1", "one-hot"])
def test_sorted_validation(form):
    y = np.repeat(np.arange(10), 10)
    text = lint_validation_labels(form(y[:90]), form(y[90:]))
    assert text == "The validation part contains only class 9; the data seems to be sorted. Shuffle x and y before validation_split."
    assert "contains class 8, 9, which the training part lacks" in lint_validation_labels(form(y[:80]), form(y[80:]))
    assert lint_validation_labels(form(y[::2]), form(y[1::2])) is None


def test_sorted_validation_of_regression_and_few_rows():
    assert lint_validation_labels(np.linspace(0, 1, 80), np.linspace(1, 2, 20)) is None
    assert lint_validation_labels(np.arange(80), np.arange(80, 100)) is None
    assert lint_validation_labels([0, 1], [1]) is None


def refused(loss, y, output_shape, match, **kwargs):
    with pytest.raises(ValueError, match=match):
        check_targets(loss, y, output_shape, **kwargs)


def test_integer_labels_with_categorical_crossentropy():
    match = r"shape \(None,\), but loss='categorical_crossentropy' takes one-hot rows of 3.*loss='sparse_categ.*to_categorical\(y, 3\)"
    refused("categorical_crossentropy", LABELS, (None, 3), match)
    refused("CategoricalCrossentropy", LABELS[:, None], (None, 3), r"shape \(None, 1\)")
    check_targets("categorical_crossentropy", ONE_HOT, (None, 3))


def test_one_hot_labels_with_the_sparse_loss():
    match = r"one-hot rows of shape \(None, 3\).*Use loss='categorical_crossentropy', or y\.argmax\(-1\)"
    refused("sparse_categorical_crossentropy", ONE_HOT, (None, 3), match)
    check_targets("sparse_categorical_crossentropy", LABELS, (None, 3))
    check_targets("sparse_categorical_crossentropy", LABELS[:, None], (None, 3))
    # A sequence of class numbers that is as long as there are classes is no one-hot row.
    check_targets("sparse_categorical_crossentropy", np.zeros((4, 5), int), (None, 5, 7))


def test_label_range_of_the_sparse_loss():
    refused("sparse_categorical_crossentropy", LABELS + 1, (None, 3), r"labels are 1\.\.3 but the model has 3 outputs")
    check_targets("sparse_categorical_crossentropy", np.array([-1, 2]), (None, 3), ignore_class=-1)


def test_one_unit_with_categorical_crossentropy():
    refused("categorical_crossentropy", np.ones((4, 1)), (None, 1), r"with one output unit is always 0.*binary_crossentropy")


def test_shapes_that_would_broadcast():
    refused("mse", np.ones((4, 1)), (None, 10), r"targets have shape \(None, 1\) and the output has \(None, 10\).*Use Dense\(1\)")
    refused("mae", np.ones(4), (None, 10), r"shape \(None,\).*needs equal shapes\. Use Dense\(1\)")
    refused("mse", np.ones((4, 3)), (None, 10), r"Use Dense\(3\) as the last layer, or targets with 10 columns")
    refused("mse", np.ones((4, 3)), (None, 5, 3), r"Reshape y, or add a layer")
    for shape, output_shape in [((4,), (None, 1)), ((4, 1), (None,)), ((4, 3), (None, 3)), ((4, 5, 3), (None, None, 3))]:
        check_targets("mse", np.ones(shape), output_shape)
    check_targets("my_own_loss", np.ones((4, 1)), (None, 10))


def test_one_hot_generator_with_one_sigmoid_unit():
    match = r"one-hot rows of 3 classes: use Dense\(3, activation='softmax'\).*class_mode='binary'"
    refused("binary_crossentropy", ONE_HOT, (None, 1), match)


def test_activation_and_loss():
    assert "A softmax over one unit is always 1" in lint_targets("mse", np.ones((4, 1)), (None, 1), "softmax")[0]
    (text,) = lint_targets("binary_crossentropy", ONE_HOT, (None, 3), "softmax")
    assert "use loss='categorical_crossentropy'" in text and "misleading" in text
    (text,) = lint_targets("SparseCategoricalCrossentropy", LABELS, (None, 3), "linear")
    assert "The outputs are logits" in text and "SparseCategoricalCrossentropy(from_logits=True), or activation='softmax'" in text
    (text,) = lint_targets("bce", LABELS > 1, (None, 1), "linear")
    assert "activation='sigmoid'" in text
    (text,) = lint_targets("categorical_crossentropy", ONE_HOT, (None, 3), "softmax", from_logits=True)
    assert "already went through softmax" in text
    (text,) = lint_targets("categorical_crossentropy", ONE_HOT, (None, 3), "relu")
    assert "'relu' gives no probabilities" in text


def test_activation_that_cannot_reach_the_targets():
    (text,) = lint_targets("mse", np.array([-2.0, 5.0]), (None, 1), "relu")
    assert text.startswith("The targets range -2..5, but the last activation 'relu' only reaches 0..inf.")
    assert lint_targets("mse", np.array([2.0, 5.0]), (None, 1), "relu") == []
    assert len(lint_targets("mae", np.array([2.0]), (None, 1), "tanh")) == 1


@pytest.mark.parametrize(
    ("loss", "y", "units", "activation"),
    [
        ("categorical_crossentropy", ONE_HOT, 3, "softmax"),
        ("binary_crossentropy", LABELS > 0, 1, "sigmoid"),
        ("binary_crossentropy", ONE_HOT, 3, "sigmoid"),
        ("mse", np.array([-1.0, 9.0]), 1, "linear"),
        ("sparse_categorical_crossentropy", LABELS, 3, None),
    ],
)
def test_correct_models_have_no_warning(loss, y, units, activation):
    assert lint_targets(loss, y, (None, units), activation) == []


def test_accuracy_of_a_regression():
    assert lint_metrics(["accuracy"], np.array([1.5, 2.25])) == [
        "'accuracy' counts exact matches, and the targets are real numbers, so it stays near 0. Use metrics=['mae']."
    ]
    for metric, y in [("accuracy", LABELS), ("accuracy", LABELS.astype(float)), ("mae", np.array([1.5])), ("acc", np.array([0.1, 0.9]))]:
        assert lint_metrics([metric], y) == []
