"""A small Transformer learns to sort.

Input: ten numbers from 0 to 19 in any order. Output: the same numbers in order, all at once. Each place looks at all others through
multi-head attention; the embedding of its position tells it which place in the order it has to fill.

    python examples/small_transformer.py
    KERAS_SMOKE=1 python examples/small_transformer.py      a shorter run, for tests

Source: Vaswani et al.: Attention is all you need, 2017; normalization before each part, as in Xiong et al., 2020.
"""

import os

import numpy as np

import keras
from keras import layers, ops

smoke = "KERAS_SMOKE" in os.environ
LENGTH, NUMBERS = (6, 10) if smoke else (10, 20)
WIDTH, HEADS, BLOCKS = 32, 4, 2

keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)


class TokenAndPosition(layers.Layer):
    """The embedding of each number plus the embedding of its position."""

    def __init__(self, numbers, length, width, **kwargs):
        super().__init__(**kwargs)
        self.numbers, self.length, self.width = numbers, length, width
        self.token = layers.Embedding(numbers, width)
        self.position = layers.Embedding(length, width)

    def call(self, x):
        return self.token(x) + self.position(ops.arange(self.length))


def transformer_block(x):
    """Attention and a two-layer network, each added to what came in."""
    normal = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(normal, normal)])
    normal = layers.LayerNormalization()(x)
    hidden = layers.Dense(4 * WIDTH, activation="gelu")(normal)
    return layers.Add()([x, layers.Dense(WIDTH)(hidden)])


inputs = keras.Input((LENGTH,), dtype="int32")
x = TokenAndPosition(NUMBERS, LENGTH, WIDTH)(inputs)
for _ in range(BLOCKS):
    x = transformer_block(x)
outputs = layers.Dense(NUMBERS, activation="softmax")(layers.LayerNormalization()(x))
model = keras.Model(inputs, outputs)
model.summary()
model.compile(keras.optimizers.Adam(2e-3 if smoke else 1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])

x_train = rng.integers(0, NUMBERS, (5_000 if smoke else 40_000, LENGTH), dtype="int32")
x_test = rng.integers(0, NUMBERS, (500, LENGTH), dtype="int32")
model.fit(x_train, np.sort(x_train), epochs=2 if smoke else 8, batch_size=64, verbose=2)

found = model.predict(x_test, verbose=0).argmax(axis=-1)
wanted = np.sort(x_test)
print(f"\n{'input':<{3 * LENGTH + 3}}{'output':<{3 * LENGTH + 3}}right?")
for given, answer, right in zip(x_test[:6], found, wanted, strict=False):
    columns = ["".join(f"{n:3d}" for n in row).ljust(3 * LENGTH + 3) for row in (given, answer)]
    print(*columns, "yes" if np.array_equal(answer, right) else "no", sep="")

places, rows = np.mean(found == wanted), np.mean(np.all(found == wanted, axis=1))
print(f"Places right: {places:.1%}; whole rows right: {rows:.1%} of {len(wanted)} that it has never seen")
assert places > (0.85 if smoke else 0.97), "the network has not learned to sort"
