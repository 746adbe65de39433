"""Gradients on the tape, where Python runs between the ops."""

from __future__ import annotations

import numpy as np

from keras.core.autodiff import value_and_grad
from keras.core.variable import Variable


def test_an_assignment_inside_does_not_change_what_the_tape_has_read() -> None:
    scale = Variable(np.array(3.0))

    def loss(w):
        y = w * scale
        scale.assign(100.0)
        return y

    value, gradient = value_and_grad(loss)(np.array(2.0))
    assert float(value) == 6.0
    assert float(gradient) == 3.0
    assert float(scale) == 100.0
