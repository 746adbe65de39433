"""Transfer learning: features learned on the digits 0-4 recognize the digits 5-9.

A network learns the digits 0-4. Its convolutional part is frozen and gets a new classifier, which learns 5-9 from ten examples of each.
The same classifier on frozen features that learned nothing is trained beside it, for comparison.

    python examples/transfer_learning.py
    KERAS_SMOKE=1 python examples/transfer_learning.py      a shorter run, for tests
"""

import os

import numpy as np

import keras
from keras import layers

EXAMPLES_OF_EACH = 10

smoke = "KERAS_SMOKE" in os.environ
keras.utils.set_random_seed(3)


def digits_from(low, high, data):
    """The pictures of the digits low..high-1 and their labels, counted from 0."""
    x, y = data
    wanted = (y >= low) & (y < high)
    return x[wanted][..., None].astype("float32") / 16, y[wanted] - low


def feature_extractor():
    """The convolutional part: from pixels to 64 features."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.GlobalMaxPooling2D(),
        ]
    )


def classifier(features):
    """The features with a classifier of five digits behind them."""
    model = keras.Sequential([keras.Input((8, 8, 1)), features, layers.Dropout(0.2), layers.Dense(5, activation="softmax")])
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


train, test = keras.datasets.digits.load_data()
x_low, y_low = digits_from(0, 5, train)
x_high, y_high = digits_from(5, 10, train)
x_test, y_test = digits_from(5, 10, test)
few = np.concatenate([np.flatnonzero(y_high == label)[:EXAMPLES_OF_EACH] for label in range(5)])

features = feature_extractor()
first = classifier(features)
first.fit(x_low, y_low, epochs=6 if smoke else 20, batch_size=32, verbose=2)

features.trainable = False
frozen = [w.copy() for w in features.get_weights()]
second = classifier(features)
second.summary()
untrained = feature_extractor()
untrained.trainable = False
comparison = classifier(untrained)
for model in (second, comparison):
    model.fit(x_high[few], y_high[few], epochs=30 if smoke else 60, batch_size=10, verbose=0)

_, low_accuracy = first.evaluate(*digits_from(0, 5, test), verbose=0)
_, high_accuracy = second.evaluate(x_test, y_test, verbose=0)
_, without = comparison.evaluate(x_test, y_test, verbose=0)
print(f"\n{'held-out digits':<20}{'features from':<20}{'training examples':>20}{'accuracy':>12}")
print(f"{'0-4':<20}{'0-4':<20}{len(x_low):>20}{low_accuracy:>12.1%}")
print(f"{'5-9':<20}{'0-4, frozen':<20}{len(few):>20}{high_accuracy:>12.1%}")
print(f"{'5-9':<20}{'chance, frozen':<20}{len(few):>20}{without:>12.1%}")

for before, after in zip(frozen, features.get_weights(), strict=True):
    np.testing.assert_array_equal(before, after, err_msg="a frozen weight has moved")
assert low_accuracy > (0.9 if smoke else 0.97), "the first network did not learn"
assert high_accuracy > 0.65, "the second network did not learn"
assert high_accuracy > without + 0.03, "the features learned on 0-4 are of no use for 5-9"
