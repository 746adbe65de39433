"""A siamese network: do two pictures show the same digit?

Both pictures go through one tower with one set of weights, and a contrastive loss pulls the two embeddings together if the digits are
equal and pushes them apart if not. The network never sees a label, only pairs.

    python examples/siamese.py
    KERAS_SMOKE=1 python examples/siamese.py      a shorter run, for tests

Source: Hadsell, Chopra, LeCun: Dimensionality reduction by learning an invariant mapping, 2006.
"""

import os

import numpy as np

import keras
from keras import layers, ops

MARGIN = 1.0

smoke = "KERAS_SMOKE" in os.environ
keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)


def pairs(x, y, number):
    """Half pairs of the same digit, half of two different ones: (left, right), 1.0 where they are the same."""
    by_digit = [np.flatnonzero(y == digit) for digit in range(10)]
    left_digit = rng.integers(0, 10, number)
    same = np.arange(number) % 2 == 0
    right_digit = np.where(same, left_digit, (left_digit + rng.integers(1, 10, number)) % 10)
    left, right = ([rng.choice(by_digit[digit]) for digit in chosen] for chosen in (left_digit, right_digit))
    return (x[left], x[right]), same.astype("float32")[:, None]


def contrastive_loss(same, distance):
    """distance**2 for a pair of equal digits, max(margin - distance, 0)**2 for two different ones."""
    return ops.mean(same * ops.square(distance) + (1 - same) * ops.square(ops.maximum(MARGIN - distance, 0)), axis=-1)


(x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
x_train, x_test = x_train[..., None].astype("float32") / 16, x_test[..., None].astype("float32") / 16

tower = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(16),
    ],
    name="tower",
)
left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
difference = layers.Subtract()([tower(left), tower(right)])
distance = ops.sqrt(ops.sum(ops.square(difference), axis=-1, keepdims=True) + 1e-7)
model = keras.Model([left, right], distance, name="siamese")
model.summary()
assert len(model.trainable_weights) == len(tower.trainable_weights), "the towers share their weights"

model.compile(keras.optimizers.Adam(2e-3), contrastive_loss)
(left_train, right_train), same_train = pairs(x_train, y_train, 3_000 if smoke else 20_000)
model.fit([left_train, right_train], same_train, epochs=4 if smoke else 10, batch_size=64, verbose=2)

(left_test, right_test), same_test = pairs(x_test, y_test, 1_000)
found = model.predict([left_test, right_test], verbose=0)
accuracy = np.mean((found < MARGIN / 2) == (same_test == 1))

# The embeddings classify, too: each held-out digit gets the label of the nearest digit seen in training.
seen, held_out = tower.predict(x_train, verbose=0), tower.predict(x_test, verbose=0)
nearest = np.linalg.norm(held_out[:, None] - seen[None], axis=-1).argmin(axis=1)
neighbours = np.mean(y_train[nearest] == y_test)

print(f"\n{'pairs':<20}{'mean distance':>15}")
for name, chosen in (("same digit", same_test == 1), ("different digits", same_test == 0)):
    print(f"{name:<20}{found[chosen].mean():>15.3f}")
print(f"Pairs told apart: {accuracy:.1%} of {len(same_test)}; nearest neighbour has the right label: {neighbours:.1%}")
assert accuracy > (0.8 if smoke else 0.95), "pairs are not told apart"
assert neighbours > (0.85 if smoke else 0.95), "the embeddings do not group the digits"
