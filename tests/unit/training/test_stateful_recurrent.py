"""A stateful recurrent layer goes on where it stopped, also in compiled steps."""

from __future__ import annotations

import numpy as np

import keras
from keras import layers


def test_predict_goes_on_and_reset_states_starts_again() -> None:
    x = np.linspace(-1, 1, 24, dtype="float32").reshape(2, 4, 3)
    model = keras.Sequential([keras.Input(batch_shape=(2, 4, 3)), layers.LSTM(5, stateful=True)])
    first = model.predict(x, batch_size=2, verbose=0)
    second = model.predict(x, batch_size=2, verbose=0)
    whole = layers.LSTM(5)
    whole.build((2, 8, 3))
    whole.set_weights(model.layers[0].get_weights()[:3])
    np.testing.assert_allclose(second, whole(np.concatenate([x, x], axis=1)), rtol=1e-5, atol=1e-6)
    assert np.abs(first - second).max() > 1e-3
    model.layers[0].reset_states()
    np.testing.assert_array_equal(model.predict(x, batch_size=2, verbose=0), first)
