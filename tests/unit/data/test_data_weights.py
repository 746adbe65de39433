"""class_weight as sample weights."""

import numpy as np
import pytest

from keras.training.data.factory import make_adapter
from keras.training.data.weights import ClassWeight

X = np.zeros((4, 2), np.float32)
LABELS = np.array([0, 1, 2, 1])


def weights(y, class_weight, sample_weight=None):
    return ClassWeight(class_weight)(y, sample_weight)


@pytest.mark.parametrize("y", [LABELS, LABELS[:, None], np.eye(3)[LABELS], LABELS.astype(float)], ids=["n", "n1", "one-hot", "float"])
def test_all_forms_of_labels(y):
    result = weights(y, {1: 5.0, 0: 2.0})
    np.testing.assert_array_equal(result, [2, 5, 1, 5])
    assert result.dtype == np.float32


def test_array_and_text_keys():
    np.testing.assert_array_equal(weights(LABELS, np.array([1.0, 2.0, 3.0])), [1, 2, 3, 2])
    np.testing.assert_array_equal(weights(LABELS, {"1": 4}), [1, 4, 1, 4])


def test_multiplies_sample_weight():
    np.testing.assert_array_equal(weights(LABELS, {1: 5.0}, np.array([1, 2, 3, 4])), [1, 10, 3, 20])
    np.testing.assert_array_equal(weights(LABELS, {1: 5.0}, np.ones((4, 2))), [[1, 1], [5, 5], [1, 1], [5, 5]])
    with pytest.raises(ValueError, match="Found 3 in sample_weight and 4 in y"):
        weights(LABELS, {1: 5.0}, np.ones(3))


def test_reaches_the_batches_of_arrays_and_generators():
    def batches():
        yield X, LABELS
        yield X, LABELS, np.full(4, 2.0)

    (_, _, first), (_, _, second) = make_adapter(batches, class_weight={1: 5.0}).batches()
    np.testing.assert_array_equal(first, [1, 5, 1, 5])
    np.testing.assert_array_equal(second, [2, 10, 2, 10])
    adapter = make_adapter(X, LABELS, np.full(4, 2.0), class_weight={1: 5.0}, batch_size=3)
    np.testing.assert_array_equal(np.concatenate([w for _, _, w in adapter.batches()]), [2, 10, 2, 10])


def test_several_outputs():
    y = {"a": LABELS, "b": LABELS}
    result = weights(y, {"a": {1: 5.0}})
    np.testing.assert_array_equal(result["a"], [1, 5, 1, 5])
    np.testing.assert_array_equal(result["b"], np.ones(4))
    np.testing.assert_array_equal(weights([LABELS, LABELS], [None, {2: 3.0}])[1], [1, 1, 3, 1])
    with pytest.raises(ValueError, match=r"per output, and the targets have 2 outputs.*class_weight=\[\{0: 1\.0, 1: 5\.0\}, None\]"):
        weights([LABELS, LABELS], {1: 5.0})
    with pytest.raises(ValueError, match=r"the targets have the names \['a', 'b'\].*class_weight=\{'a': \{0: 1\.0, 1: 5\.0\}\}"):
        weights(y, {1: 5.0})


def test_refuses_what_is_no_class_weight():
    with pytest.raises(ValueError, match=r"keys of class_weight must be class numbers\. Got 'cat'"):
        weights(LABELS, {"cat": 1.0})
    with pytest.raises(ValueError, match=r"weight of class 1 in class_weight must be a finite number >= 0\. Got -1"):
        weights(LABELS, {1: -1})
    with pytest.raises(ValueError, match="must name at least one class"):
        weights(LABELS, {})
    with pytest.raises(ValueError, match=r"class_weight needs classes.*Got the value 0\.5"):
        weights(np.array([0.5, 1.0]), {1: 2.0})
    with pytest.raises(ValueError, match="class_weight needs targets, and this data has none"):
        make_adapter(X, class_weight={1: 2.0})
