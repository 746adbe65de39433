"""One end-to-end check of worker processes."""

import os

import numpy as np
import pytest

from keras.training.data.factory import make_adapter
from keras.training.data.py_dataset import PyDataset


class ProcessNumbers(PyDataset):
    """Batch i holds i and the id of the process that made it; batch 3 is broken."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index == 3:
            raise ValueError("row 3 is broken")
        return np.array([[float(index), os.getpid()]]), np.zeros(1)


def test_batches_and_errors_come_from_another_process_in_order():
    adapter = make_adapter(ProcessNumbers(workers=1, use_multiprocessing=True), float_dtype="float64")
    seen = []
    try:
        with pytest.raises(ValueError, match="row 3 is broken"):
            for x, _, _ in adapter.batches():
                seen.append(x[0].tolist())
    finally:
        adapter.close()
    assert [number for number, _ in seen] == [0, 1, 2]
    assert os.getpid() != seen[1][1] == seen[2][1]
