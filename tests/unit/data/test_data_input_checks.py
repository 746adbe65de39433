"""Wrong inputs: what the shape, the names or the number of arrays says about the cause."""

import numpy as np
import pytest

from keras.training.data.input_checks import check_input_count, check_input_names, explain_input_shape


@pytest.mark.parametrize(
    ("received", "expected", "options", "cause"),
    [
        ((224, 224, 3), (None, 224, 224, 3), {"phase": "predict"}, "ONE sample. Add the batch axis: model.predict(x[None])."),
        ((28, 28), (None, 28, 28, 1), {"phase": "predict"}, "ONE sample without its last axis. Use x[None, ..., None]."),
        ((1000, 10), (None, 1000, 10), {}, "must not be part of the input: use Input(shape=(10,))"),
        ((10,), (None, 10), {"kind": "tf.data.Dataset"}, "look like single samples (10,), expected batches (None, 10): add .batch(32)."),
        ((10,), (None, 10), {"kind": "generator"}, "look like single samples (10,), expected batches (None, 10): add batches"),
        ((100, 28, 28), (None, 28, 28, 1), {}, "The channel axis is missing: use x[..., None]."),
        ((100, 9), (None, 9, 1), {}, "The feature axis is missing: use x[..., None]."),
        ((100, 9, 1), (None, 9), {}, "The last axis is too much: use x[..., 0]."),
        ((5, 3, 32, 32), (None, 32, 32, 3), {}, "looks channels-first, the model is channels-last: use np.moveaxis(x, 1, -1)."),
        ((5, 32, 32, 3), (None, 3, 32, 32), {}, "looks channels-last, the model is channels-first: use np.moveaxis(x, -1, 1)."),
        ((9, 28, 28), (None, 784), {"name": "x['a']"}, "(28*28 = 784): begin the model with Flatten(), or use x['a'].reshape(-1, 784)."),
        ((9, 784), (None, 28, 28), {}, "(784 = 784): use x.reshape(-1, 28, 28)."),
        ((2, 28), (None, 784), {}, "Use Input(shape=(28,)), or data with 784 features instead of 28."),
    ],
)
def test_cause(received, expected, options, cause):
    text = explain_input_shape(received, expected, **options)
    assert text.startswith(options.get("name", "x") + " has shape (") and cause in text


@pytest.mark.parametrize(("received", "expected"), [((9, 4), (None, 4)), ((None, 7, 4), (None, None, 4)), ((9, 2, 2, 2), (None, 3))])
def test_no_cause(received, expected):
    assert explain_input_shape(received, expected) is None


def test_names():
    check_input_names(["b", "a", "extra"], ["a", "b"])
    with pytest.raises(ValueError, match=r"no data for the input 'age'.*keys \['agee', 'size'\].*\['age', 'size'\]\. Did you mean 'agee'"):
        check_input_names(["agee", "size"], ["age", "size"])
    with pytest.raises(ValueError, match=r"no data for the input 'b'\. The data has the keys \['a', 'zzz'\], .* are \['a', 'b'\]\.$"):
        check_input_names(["a", "zzz"], ["a", "b"])


def test_number_of_arrays():
    check_input_count(np.zeros((3, 2)), 1)
    check_input_count([1, 2], 2)
    with pytest.raises(ValueError, match=r"list of 3 arrays, but the model has 1 input\. A list means several.*np\.stack\(x\)"):
        check_input_count([1, 2, 3], 1)
    with pytest.raises(ValueError, match=r"but the model has 2 inputs\. .*Pass 2 arrays"):
        check_input_count([1, 2, 3], 2)
