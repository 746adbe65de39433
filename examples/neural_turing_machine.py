"""A neural Turing machine learns to copy: a network with a memory that it reads and writes by attention.

It hears a sequence of bit patterns, then has to repeat it. The controller has no memory of its own, so all that it keeps stands in the
slots of the memory. The machine is a cell; `keras.layers.RNN` runs it over time. Trained on short sequences, it is also asked to copy
longer ones.

    python examples/neural_turing_machine.py
    KERAS_SMOKE=1 python examples/neural_turing_machine.py      a shorter run, for tests

Source: Graves, Wayne, Danihelka: Neural Turing machines, 2014.
"""

import os

import numpy as np

import keras
from keras import layers, ops

smoke = "KERAS_SMOKE" in os.environ
BITS, LONGEST = (3, 3) if smoke else (6, 8)
SLOTS, WIDTH, UNITS = (8, 6, 32) if smoke else (20, 12, 64)

keras.utils.set_random_seed(9)
rng = np.random.default_rng(9)


class Head(layers.Layer):
    """Where to look: by content (which slot is like the key?), then by a shift of at most one slot, then sharpened."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.key = layers.Dense(width, activation="tanh")
        self.strength = layers.Dense(1, activation="softplus")
        self.gate = layers.Dense(1, activation="sigmoid")
        self.shift = layers.Dense(3, activation="softmax")
        self.sharpness = layers.Dense(1, activation="softplus")

    def call(self, hidden, memory, previous):
        key = ops.normalize(self.key(hidden), axis=-1)
        likeness = ops.einsum("bw,bsw->bs", key, memory / (ops.norm(memory, axis=-1, keepdims=True) + 1e-6))
        by_content = ops.softmax(self.strength(hidden) * likeness, axis=-1)
        gate = self.gate(hidden)
        weights = gate * by_content + (1 - gate) * previous
        back, stay, forward = ops.split(self.shift(hidden), 3, axis=-1)
        weights = back * ops.roll(weights, -1, axis=-1) + stay * weights + forward * ops.roll(weights, 1, axis=-1)
        sharp = ops.power(weights + 1e-6, 1 + self.sharpness(hidden))
        return sharp / ops.sum(sharp, axis=-1, keepdims=True)


class TuringMachineCell(layers.Layer):
    """One step: the controller sees the input and what was read before; one head writes, one reads."""

    def __init__(self, bits, slots, width, units, **kwargs):
        super().__init__(**kwargs)
        self.bits, self.slots, self.width, self.units = bits, slots, width, units
        self.state_size = [(slots, width), slots, slots]  # memory, where it wrote, where it read
        self.output_size = bits
        self.controller = layers.Dense(units, activation="tanh")
        self.write_head, self.read_head = Head(width), Head(width)
        self.erased = layers.Dense(width, activation="sigmoid")
        self.added = layers.Dense(width, activation="tanh")
        self.answer = layers.Dense(bits, activation="sigmoid")

    def get_initial_state(self, batch_size=None):
        first_slot = ops.one_hot(ops.zeros((batch_size,), "int32"), self.slots)
        return [ops.full((batch_size, self.slots, self.width), 1e-3), first_slot, first_slot]

    def call(self, inputs, states):
        memory, written, read = states
        hidden = self.controller(ops.concatenate([inputs, ops.einsum("bs,bsw->bw", read, memory)], axis=-1))
        written = self.write_head(hidden, memory, written)
        where = ops.expand_dims(written, -1)
        memory = memory * (1 - where * ops.expand_dims(self.erased(hidden), 1)) + where * ops.expand_dims(self.added(hidden), 1)
        read = self.read_head(hidden, memory, read)
        answer = self.answer(ops.concatenate([hidden, ops.einsum("bs,bsw->bw", read, memory)], axis=-1))
        return answer, [memory, written, read]


def copy_task(number, length):
    """Inputs (number, 2 * length, bits + 2): the patterns with the flag "listen", then blanks with the flag "repeat"; and the answers."""
    patterns = rng.integers(0, 2, (number, length, BITS)).astype("float32")
    x, y = np.zeros((number, 2 * length, BITS + 2), "float32"), np.zeros((number, 2 * length, BITS), "float32")
    x[:, :length, :BITS], x[:, :length, BITS], x[:, length:, BITS + 1] = patterns, 1, 1
    y[:, length:] = patterns
    return x, y


inputs = keras.Input((None, BITS + 2))
outputs = layers.RNN(TuringMachineCell(BITS, SLOTS, WIDTH, UNITS), return_sequences=True)(inputs)
model = keras.Model(inputs, outputs, name="turing_machine")
model.summary()
model.compile(keras.optimizers.Adam(0.01 if smoke else 0.003, clipnorm=1.0), "binary_crossentropy")

for part in range(1 if smoke else 8):  # sequences get longer
    length = LONGEST if smoke else part + 1
    x, y = copy_task(2_000 if smoke else 12_000, length)
    model.fit(x, y, epochs=3 if smoke else 2, batch_size=32, verbose=2)


def accuracy(length):
    """The share of bits that are repeated right, and one example of what was asked and what came."""
    x, y = copy_task(200, length)
    found, wanted = model.predict(x, verbose=0)[:, length:] > 0.5, y[:, length:] > 0.5
    return np.mean(found == wanted), wanted[0], found[0]


print(f"\n{'length':>6}{'bits right':>12}")
shares = {}
for length in (LONGEST, LONGEST + LONGEST // 2):
    shares[length], wanted, found = accuracy(length)
    print(f"{length:>6}{shares[length]:>12.1%}{'' if length <= LONGEST else '    longer than any it was trained on'}")
    for row in range(BITS):
        asked, came = ("".join("#" if bit else "." for bit in bits[:, row]) for bits in (wanted, found))
        labels = ("asked for", "got") if row == 0 else ("", "")
        print(f"{labels[0]:>20}  {asked}{labels[1]:>8}  {came}")
assert shares[LONGEST] > (0.85 if smoke else 0.95), "the machine has not learned to copy"
