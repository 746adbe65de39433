"""Text, character by character: two stacked LSTMs learn to continue Shakespeare's sonnets.

The network sees sequences of characters and predicts the next one at every place. Text is then drawn from its predictions at three
temperatures: low ones repeat what is most likely, high ones invent.

    python examples/text_generation.py
    KERAS_SMOKE=1 python examples/text_generation.py      a shorter run, for tests

The text (examples/data/sonnets.txt) is in the public domain.
"""

import os
from pathlib import Path

import numpy as np

import keras
from keras import layers, ops

smoke = "KERAS_SMOKE" in os.environ
LENGTH = 20 if smoke else 40

keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)

text = (Path(__file__).parent / "data" / "sonnets.txt").read_text(encoding="utf-8").lower()
alphabet = sorted(set(text))
number_of = {character: i for i, character in enumerate(alphabet)}
codes = np.array([number_of[character] for character in text], "int32")
print(f"{len(text)} characters, {len(alphabet)} different ones: {''.join(alphabet).strip()}")


def sequences(codes, step):
    """Windows of the text as x, and as y the same windows one character later."""
    starts = np.arange(0, len(codes) - LENGTH, step)
    windows = codes[starts[:, None] + np.arange(LENGTH + 1)]
    return windows[:, :-1], windows[:, 1:]


end, held_out = len(codes) * 8 // 10, len(codes) * 9 // 10
x_train, y_train = sequences(codes[:end], step=10 if smoke else 3)
validation = sequences(codes[end:held_out], step=LENGTH)
x_test, y_test = sequences(codes[held_out:], step=LENGTH)

units = 64 if smoke else 128
model = keras.Sequential(
    [
        keras.Input((None,), dtype="int32"),
        layers.Embedding(len(alphabet), 32),
        layers.LSTM(units, return_sequences=True),
        layers.Dropout(0.2),
        layers.LSTM(units, return_sequences=True),
        layers.Dropout(0.2),
        layers.Dense(len(alphabet)),
    ]
)
model.summary()
model.compile(keras.optimizers.Adam(1e-2 if smoke else 3e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
# So short a text is soon learned by heart: training ends when sonnets that it does not see are predicted no better.
stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
model.fit(x_train, y_train, epochs=4 if smoke else 12, batch_size=32, validation_data=validation, callbacks=[stop], verbose=2)


def continued(beginning, number, temperature):
    """The beginning with `number` characters drawn after it."""
    drawn = [number_of[character] for character in beginning]
    for _ in range(number):
        last = np.array([drawn[-LENGTH:]], "int32")
        logits = model.predict(last, verbose=0)[0, -1]
        probabilities = ops.convert_to_numpy(ops.softmax(logits.astype("float64") / temperature))
        drawn.append(rng.choice(len(alphabet), p=probabilities))
    return "".join(alphabet[i] for i in drawn)


beginning = "shall i compare thee to a summer's day?\n"
for temperature in (0.3, 0.6, 1.0):
    print(f"\n--- temperature {temperature}")
    print(continued(beginning, 20 if smoke else 300, temperature))

bits = model.evaluate(x_test, y_test, verbose=0) / np.log(2)
frequency = np.bincount(codes[:end], minlength=len(alphabet)) + 1.0
unigram = -np.mean(np.log2(frequency / frequency.sum())[y_test])
print(f"\n{'bits per character of sonnets it has not seen':<50}")
print(f"{'  every character equally likely':<40}{np.log2(len(alphabet)):>8.2f}")
print(f"{'  by the frequency of the characters':<40}{unigram:>8.2f}")
print(f"{'  by the network':<40}{bits:>8.2f}")
assert bits < unigram - (0.7 if smoke else 1.0), "the network knows little more than the frequency of the characters"
