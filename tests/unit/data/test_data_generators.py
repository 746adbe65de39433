"""Generators, iterators, functions that make them, and other iterables of batches."""

import functools

import numpy as np
import pytest

from keras.training.data import generator_adapter
from keras.training.data.base import LeafSpec
from keras.training.data.factory import make_adapter

X, Y = np.ones((2, 3)), np.array([0, 1])


def batches(count):
    for number in range(count):
        yield X + number, Y


def firsts(adapter, epoch=0):
    return [float(x[0, 0]) for x, _, _ in adapter.batches(epoch)]


def test_first_batch_is_not_lost():
    adapter = make_adapter(batches(3))
    assert adapter.structure == (LeafSpec((None, 3), np.dtype("float32")), LeafSpec((None,), np.dtype(np.int64)), None)
    assert adapter.num_batches is None
    assert firsts(adapter) == [1, 2, 3]
    assert adapter.num_batches == 3


@pytest.mark.parametrize("item", [X, (X,), {"a": X}, ({"a": X},)], ids=["bare", "tuple", "dict", "tuple of dict"])
def test_forms_without_targets(item):
    x, y, weight = next(iter(make_adapter(iter([item])).batches()))
    leaf = x["a"] if isinstance(x, dict) else x
    np.testing.assert_array_equal(leaf, X)
    assert y is None and weight is None


def test_three_items_with_weights():
    _, _, weight = next(iter(make_adapter(iter([(X, Y, [1, 2])])).batches()))
    assert weight.dtype == np.float32 and weight.tolist() == [1, 2]


def test_one_shot_generator_over_several_epochs():
    adapter = make_adapter(batches(2))
    assert not adapter.warn_if_exhausted()
    assert len(firsts(adapter)) == 2
    with pytest.warns(UserWarning, match=r"The generator was exhausted after epoch 1, so training ends here\. Pass a function .*PyDataset"):
        assert adapter.warn_if_exhausted()
    assert adapter.warn_if_exhausted()


def test_a_function_starts_again():
    adapter = make_adapter(functools.partial(batches, 2))
    assert [firsts(adapter, epoch) for epoch in range(3)] == [[1, 2]] * 3
    assert not adapter.exhausted
    assert [firsts(make_adapter(lambda: batches(3)))] == [[1, 2, 3]]


def test_other_iterables_start_again():
    class Loader:
        def __len__(self):
            return 2

        def __iter__(self):
            return batches(2)

    adapter = make_adapter(Loader())
    assert adapter.num_batches == 2
    assert [firsts(adapter), firsts(adapter)] == [[1, 2]] * 2


def test_steps_per_epoch_go_on_with_the_same_iterator():
    adapter = make_adapter(batches(6), steps_per_epoch=2)
    assert [firsts(adapter, epoch) for epoch in range(3)] == [[1, 2], [3, 4], [5, 6]]
    assert not adapter.exhausted


def test_steps_per_epoch_larger_than_the_data():
    adapter = make_adapter(batches(3), steps_per_epoch=2)
    assert firsts(adapter) == [1, 2]
    with pytest.warns(UserWarning, match=r"The generator ran out of data in epoch 2: 1 of 2 requested batches.*a generator that repeats"):
        assert firsts(adapter, 1) == [3]
    assert adapter.exhausted


def test_endless_generator_gets_a_hint(monkeypatch):
    monkeypatch.setattr(generator_adapter, "ENDLESS_HINT_AFTER", 3)
    with pytest.warns(UserWarning, match=r"has given 3 batches without an end\. If it never ends, pass steps_per_epoch"):
        assert len(firsts(make_adapter(batches(4)))) == 4


def test_empty_generator():
    with pytest.raises(ValueError, match="The generator gave no batch at all: it was empty or already used up"):
        make_adapter(batches(0))


def test_lists_are_refused_with_the_tuple_to_write():
    with pytest.raises(ValueError, match=r"It gave a list of 2 items: change \[x, y\] to \(x, y\)"):
        make_adapter(iter([[X, Y]]))
    with pytest.raises(ValueError, match=r"It gave a list of 1 items: change \[x\] to \(x,\)"):
        make_adapter(iter([[X]]))
    with pytest.raises(ValueError, match=r"It gave a tuple of 4 items: change \(x1, x2, \.\.\.\) to \(\(x1, x2\), y\)"):
        make_adapter(iter([(X, X, X, Y)]))


def test_unbatched_items():
    with pytest.raises(ValueError, match=r"generator gave single samples \(an array of shape \(\)\) where batches are needed.*x\[None\]"):
        make_adapter(iter([(X[0], 1.0)]))
    unbatched = FakeDataset(2)
    unbatched.items = [(X[0], 1.0)]
    with pytest.raises(ValueError, match=r"The tf\.data\.Dataset gave single samples .* Add \.batch\(32\) to it"):
        make_adapter(unbatched)


def test_batches_must_agree():
    with pytest.raises(ValueError, match=r"Found 2 samples in x and 3 in y"):
        make_adapter(iter([(X, [1, 2, 3])]))
    adapter = make_adapter(iter([(X, Y), ([X, X], Y)]))
    with pytest.raises(ValueError, match=r"The first one had 1 x, 1 y and 0 sample_weight arrays, this one has 2 x, 1 y"):
        list(adapter.batches())


def test_arguments_that_belong_to_the_batches():
    with pytest.raises(ValueError, match=r"When x is a generator, y must not be passed.*Let the generator give \(x, y\)"):
        make_adapter(batches(1), Y)
    with pytest.raises(ValueError, match=r"When x is a generator, sample_weight must not be passed"):
        make_adapter(batches(1), sample_weight=Y)
    with pytest.warns(UserWarning, match=r"batch_size=64 is ignored: the generator makes its own batches"):
        make_adapter(batches(1), batch_size=64)


def test_exception_of_the_generator_is_raised_as_it_is():
    def broken():
        yield X, Y
        raise RuntimeError("no disk")

    with pytest.raises(RuntimeError, match="no disk"):
        list(make_adapter(broken()).batches())


class FakeDataset:
    """Has the marks by which a tf.data.Dataset is recognised."""

    __module__ = "tensorflow.python.data.ops"
    element_spec = None
    items = None

    def __init__(self, cardinality):
        self._cardinality = cardinality

    def cardinality(self):
        return self._cardinality

    def __iter__(self):
        return batches(2) if self.items is None else iter(self.items)


@pytest.mark.parametrize(("cardinality", "known"), [(2, 2), (-1, None), (-2, None)])
def test_tf_data(cardinality, known):
    adapter = make_adapter(FakeDataset(cardinality))
    assert adapter.num_batches == known and adapter.kind == "tf.data.Dataset"
    assert [firsts(adapter), firsts(adapter)] == [[1, 2]] * 2
    with pytest.warns(UserWarning, match=r"batch_size=64 is ignored: the tf\.data\.Dataset makes its own batches; call ds\.batch\(64\)"):
        make_adapter(FakeDataset(2), batch_size=64)


def test_torch_loader_lists_are_tuples_and_plain_datasets_are_refused():
    class Loader:
        __module__ = "torch.utils.data.dataloader"
        batch_sampler = None

        def __len__(self):
            return 1

        def __iter__(self):
            return iter([[X, Y]])

    class Samples:
        __module__ = "torch.utils.data.dataset"

    _, y, _ = next(iter(make_adapter(Loader()).batches()))
    np.testing.assert_array_equal(y, Y)
    with pytest.raises(TypeError, match=r"torch dataset of single samples.*DataLoader\(x, batch_size=32\)"):
        make_adapter(Samples())
