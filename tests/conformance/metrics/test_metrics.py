"""Metrics: results of real Keras batch by batch, and properties that hold for every one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from metrics_recorded import case_id, cases

from keras.core import engine
from keras.core.variable import Variable
from keras.losses.regression import mean_absolute_error
from keras.metrics import lookup
from keras.metrics.accuracy import BinaryAccuracy, SparseCategoricalAccuracy, sparse_categorical_accuracy
from keras.metrics.confusion import FalsePositives, Precision
from keras.metrics.curve import AUC, PrecisionAtRecall
from keras.metrics.iou import IoU, MeanIoU
from keras.metrics.metric import Metric
from keras.metrics.reduction import Mean, MeanMetricWrapper, Sum
from keras.metrics.scores import F1Score, FBetaScore, R2Score

ALL_KERAS_3 = cases("keras-3.15.1")
KERAS_3 = [case for case in ALL_KERAS_3 if "mask" not in case["arrays"]]
KERAS_2 = cases("keras-2.1.5")


def make(case: dict[str, Any], **arguments: Any) -> Metric:
    return lookup.registry.find(case["class_name"])(**{**case["arguments"], **arguments})


def batches(case: dict[str, Any], kind: str) -> list[tuple[np.ndarray, ...]]:
    names = ("y_true", "y_pred") if kind == "plain" else ("y_true", "y_pred", "sample_weight")
    return [tuple(case["arrays"][f"{kind}_{name}{i}"] for name in names) for i in range(3)]


@pytest.mark.parametrize("kind", ["plain", "weighted"])
@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_results_of_keras_3(case, kind):
    metric = make(case)
    found = []
    for batch in batches(case, kind):
        assert metric.update_state(*batch) is None
        found.append(np.array(metric.result()))
    np.testing.assert_allclose(np.array(found), case["arrays"][f"{kind}_results"], **case["tolerance"])


@pytest.mark.parametrize("case", KERAS_2, ids=case_id)
def test_functions_of_keras_2(case):
    arrays = case["arrays"]
    found = np.asarray(lookup.function(case["class_name"])(arrays["y_true"], arrays["y_pred"], **case["arguments"]))
    if found.shape != arrays["result"].shape:  # Keras 2 took the mean over the last axis inside the function
        found = found.mean(axis=-1)
    np.testing.assert_allclose(found, arrays["result"], **case["tolerance"])


@pytest.mark.parametrize("kind", ["plain", "weighted"])
@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_compiled_equals_eager(case, kind):
    eager, traced = make(case), make(case)
    if hasattr(traced, "build"):  # else the first trace reads its new variables as constants
        traced.build(*(x.shape for x in batches(case, kind)[0][:2]))

    def step(*batch: Any) -> Any:
        traced.update_state(*batch)
        return traced.result()

    compiled = engine.current().compile(step)
    for batch in batches(case, kind):
        eager.update_state(*batch)
        np.testing.assert_allclose(compiled(*batch), eager.result(), rtol=1e-5, atol=1e-6)
    for a, b in zip(traced.variables, eager.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-5)  # differences of sums near 20 are left near 0


@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_stateless_equals_stateful(case):
    metric, twin = make(case), make(case)
    first, second, _ = batches(case, "plain")
    for one in (metric, twin):
        one.update_state(*first)  # some metrics see their shapes in the first batch
        one.reset_state()
    state = [np.array(v) for v in metric.stateless_reset_state()]
    assert all(not np.any(v) for v in state)
    state = metric.stateless_update_state(state, *second)
    assert all(not np.any(v.numpy()) for v in metric.variables)
    twin.update_state(*second)
    np.testing.assert_array_equal(metric.stateless_result(state), twin.result())


@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_reset_starts_again(case):
    metric = make(case)
    first, second, _ = batches(case, "plain")
    metric.update_state(*first)
    expected = np.array(metric.result())
    metric.update_state(*second)
    metric.reset_state()
    metric.update_state(*first)
    np.testing.assert_array_equal(metric.result(), expected)


@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_config_makes_an_equal_metric(case):
    metric = make(case, name="mine")
    twin = lookup.deserialize(lookup.serialize(metric))
    assert twin.get_config() == metric.get_config()
    assert twin.name == "mine"
    batch = batches(case, "weighted")[0]
    np.testing.assert_array_equal(twin(*batch), metric(*batch))


@pytest.mark.parametrize("case", KERAS_3, ids=case_id)
def test_variables_have_kind_and_path(case):
    metric = make(case, name="mine")
    metric.update_state(*batches(case, "plain")[0])
    assert metric.variables
    assert all(v.kind == "metric" and not v.trainable and v.path == f"mine/{v.name}" for v in metric.variables)


def test_every_metric_class_has_a_recorded_case():
    classes = {target for name, target in lookup.TABLE.items() if name[0].isupper() and name not in lookup.ALIASES}
    recorded = {lookup.TABLE[case["class_name"]] for case in KERAS_3}
    without = {target.partition(":")[2] for target in classes - recorded}
    assert without == {"Metric", "Mean", "Sum", "MeanMetricWrapper"}


def test_every_class_says_what_it_takes():
    for name in lookup.TABLE:
        found = lookup.registry.find(name)
        if isinstance(found, type):
            assert "Arguments:" in found.__doc__ and "Source:" in found.__doc__, name


# ------------------------------------------------------------------------------------------------------- means, sums, masks


def test_mean_of_weighted_values():
    metric = Mean()
    metric.update_state([1.0, 3.0, 5.0], sample_weight=[1.0, 1.0, 0.0])
    metric.update_state(4.0)
    assert [v.path for v in metric.variables] == ["mean/total", "mean/count"]
    assert float(metric.result()) == np.float32(8 / 3)


def test_mean_of_nothing_is_zero():
    assert float(Mean().result()) == 0.0


def test_each_sample_counts_once_in_a_mean():
    metric = Mean()
    metric.update_state(np.ones((2, 3)))
    metric.update_state(np.zeros((1, 30)))
    assert float(metric.result()) == np.float32(2 / 3)


def test_sum_of_weighted_values():
    metric = Sum()
    metric.update_state([1.0, 3.0], sample_weight=[0.5, 1.0])
    assert float(metric.result()) == 3.5


def test_masks_of_predictions_count():
    case = next(case for case in ALL_KERAS_3 if "mask" in case["arrays"])
    arrays = case["arrays"]

    class Masked(np.ndarray):
        _keras_mask: Any = None

    y_pred = arrays["y_pred"].view(Masked)
    y_pred._keras_mask = arrays["mask"]
    for name, weights in (("masked_result", None), ("masked_result_sw", arrays["sample_weight"])):
        metric = make(case)
        metric.update_state(arrays["y_true"], y_pred, sample_weight=weights)
        np.testing.assert_allclose(metric.result(), arrays[name], **case["tolerance"])


def test_wrapper_config_finds_its_function():
    metric = MeanMetricWrapper(mean_absolute_error, name="distance")
    config = metric.get_config()
    assert config["fn"] == "mean_absolute_error"
    as_in_keras_3 = {**config, "fn": {"module": "builtins", "class_name": "function", "config": "mean_absolute_error"}}
    for found in (MeanMetricWrapper.from_config(config), MeanMetricWrapper.from_config(as_in_keras_3)):
        assert float(found([[1.0]], [[3.0]])) == 2.0


def test_large_class_indices_are_compared_exactly():
    scores = np.zeros((1, 300), "float32")
    scores[0, 299] = 1.0
    assert float(sparse_categorical_accuracy(np.array([43], "uint8"), scores)[0]) == 0.0  # 299 is 43 in uint8
    assert float(sparse_categorical_accuracy(np.array([299]), scores)[0]) == 1.0


def test_accuracy_adds_few_nodes_to_a_step():
    metric = SparseCategoricalAccuracy()
    compiled = engine.current().compile(lambda y, p: metric.update_state(y, p))
    graph = compiled.program(np.array([0, 1], "int32"), np.ones((2, 3), "float32")).graph
    assert [node.op.name for node in graph.nodes] == ["argmax", "equal", "cast", "sum", "add", "add"]


# ------------------------------------------------------------------------------------------------------------ own metrics


class Pair(Metric):
    """A metric of two metrics and a variable of its own."""

    def __init__(self, name="pair", **kwargs):
        super().__init__(name=name, **kwargs)
        self.parts = [Mean(name="first"), Sum(name="second")]
        self.seen = self.add_weight(name="seen", initializer="ones")
        self.other = Variable(np.zeros(2, "float32"), kind="metric")

    def update_state(self, values):
        for part in self.parts:
            part.update_state(values)
        self.seen.assign_add(1.0)

    def result(self):
        return self.parts[0].result() + self.parts[1].result()


def test_variables_of_inner_metrics_are_found():
    metric = Pair()
    assert [v.path for v in metric.variables] == ["pair/seen", metric.other.path, "first/total", "first/count", "second/total"]
    assert float(metric([1.0, 3.0])) == 6.0
    metric.reset_state()
    assert all(not np.any(v.numpy()) for v in metric.variables)


def test_variable_before_super_init_is_an_error():
    class Hasty(Metric):
        def __init__(self):
            self.total = Variable(0.0)
            super().__init__()

    with pytest.raises(RuntimeError, match=r"Hasty: a variable or metric was set before.*super\(\).__init__\(name=name\) first"):
        Hasty()


def test_weight_name_first_as_in_tf_keras():
    metric = Mean()
    assert metric.add_weight("extra").path == "mean/extra"
    assert metric.add_weight(shape=(2,), initializer=lambda shape, dtype: np.full(shape, 2.0, dtype)).numpy().tolist() == [2.0, 2.0]


def test_unwritten_methods_say_what_to_write():
    with pytest.raises(NotImplementedError, match="Metric.update_state is not written. Write def update_state"):
        Metric()([0.0], [0.0])
    with pytest.raises(NotImplementedError, match="Metric.result is not written. Write def result"):
        Metric().result()


def test_names_count_up():
    assert [Precision().name, Precision().name, MeanIoU(2).name] == ["precision", "precision_1", "mean_io_u"]


# ------------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("mse", "MeanSquaredError"), ("MSE", "MeanSquaredError"), ("mean_squared_error", "MeanSquaredError"), ("mae", "MeanAbsoluteError"),
        ("MAPE", "MeanAbsolutePercentageError"), ("msle", "MeanSquaredLogarithmicError"), ("bce", "BinaryCrossentropy"),
        ("kld", "KLDivergence"), ("kullback_leibler_divergence", "KLDivergence"), ("acc", "Accuracy"), ("accuracy", "Accuracy"),
        ("auc", "AUC"), ("AUC", "AUC"), ("sum", "Sum"), ("f1_score", "F1Score"), ("fbeta_score", "FBetaScore"),
        ("f_beta_score", "FBetaScore"), ("logcosh", "LogCoshError"), ("cosine_similarity", "CosineSimilarity"), ("r2_score", "R2Score"),
        ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"), ("hinge", "Hinge"), ("precision", "Precision"),
    ],
)  # fmt: skip
def test_every_spelling_finds_the_class(spelling, name):
    assert type(lookup.get(spelling)).__name__ == name


def test_cosine_proximity_is_minus_the_cosine_as_it_was():
    assert float(lookup.get("cosine_proximity")([[1.0, 0.0]], [[2.0, 0.0]])[0]) == -1.0
    assert float(lookup.get("cosine_similarity")([[1.0, 0.0]], [[2.0, 0.0]])) == 1.0


# ------------------------------------------------------------------------------------------------------------------ errors

ERRORS = {
    "name": (lambda: lookup.get("precison"), "'precison', which is not known. Did you mean 'precision'"),
    "threshold": (lambda: BinaryAccuracy(threshold=2), r"BinaryAccuracy\(threshold\): got 2"),
    "thresholds": (lambda: FalsePositives(thresholds=[0.1, 2.0]), r"thresholds: got \[0.1, 2.0\]. Accepted: floats in the range \[0, 1\]"),
    "class_id": (lambda: Precision(class_id=3)(np.ones((2, 2)), np.ones((2, 2))), r"class_id\): got 3 for predictions of 2 classes"),
    "curve": (lambda: AUC(curve="roc"), r"AUC\(curve\): got 'roc'. Accepted: 'ROC', 'PR', 'PRGAIN'"),
    "num_thresholds": (lambda: AUC(num_thresholds=1), r"AUC\(num_thresholds\): got 1. Accepted: an int > 1"),
    "num_labels": (lambda: AUC(num_labels=2), r"num_labels\): got 2 with multi_label=False"),
    "label_weights": (lambda: AUC(multi_label=True, num_labels=2, label_weights=[1.0]), r"got 1 weights for 2 labels"),
    "multi_label": (lambda: AUC(multi_label=True, num_labels=2)(np.ones(2), np.ones(2)), r"predictions with 1 axes"),
    "recall": (lambda: PrecisionAtRecall(1.5), r"PrecisionAtRecall\(recall\): got 1.5"),
    "no thresholds": (lambda: PrecisionAtRecall(0.5, num_thresholds=0), r"num_thresholds\): got 0"),
    "average": (lambda: F1Score(average="mean"), r"F1Score\(average\): got 'mean'. Accepted: None, 'micro', 'macro', 'weighted'"),
    "beta": (lambda: FBetaScore(beta=-1.0), r"FBetaScore\(beta\): got -1.0"),
    "score threshold": (lambda: FBetaScore(threshold=1), r"FBetaScore\(threshold\): got 1"),
    "score shape": (lambda: F1Score()(np.ones(3), np.ones(3)), r"F1Score: got predictions of shape \(3,\)"),
    "aggregation": (lambda: R2Score(class_aggregation="mean"), r"R2Score\(class_aggregation\): got 'mean'"),
    "regressors": (lambda: R2Score(num_regressors=-1), r"R2Score\(num_regressors\): got -1"),
    "class ids": (lambda: IoU(2, [2]), r"IoU\(target_class_ids\): got \[2\]. Accepted: class indices from 0 to 1"),
    "classes": (lambda: MeanIoU(0), r"MeanIoU\(num_classes\): got 0"),
    "scores": (lambda: MeanIoU(3)(np.zeros(2), np.zeros((2, 3))), r"MeanIoU: y_true holds \(2,\) class indices, y_pred \(6,\)"),
    "one-hot": (lambda: sparse_categorical_accuracy(np.eye(3), np.eye(3)), r"look one-hot: write 'categorical_accuracy'"),
    "values": (lambda: Mean().stateless_result([0.0]), r"got 1 values. Accepted: one for each of the 2 variables, mean/total, mean/count"),
}


@pytest.mark.parametrize("what", ERRORS)
def test_error_texts(what):
    call, text = ERRORS[what]
    with pytest.raises(ValueError, match=text):
        call()
