"""A convolutional autoencoder: digits squeezed into a few numbers and drawn again.

The encoder turns the 64 pixels of a digit into 16 numbers, the decoder turns them back into pixels. Prints an input beside its
reconstruction, and compares the error with that of the average digit, the best that can be done without a code.

    python examples/autoencoder.py
    KERAS_SMOKE=1 python examples/autoencoder.py      a shorter run, for tests
"""

import os

import numpy as np

import keras
from keras import layers

CODE_SIZE = 16
SHADES = " .:-=+*#%@"

smoke = "KERAS_SMOKE" in os.environ
keras.utils.set_random_seed(2)

(x_train, _), (x_test, y_test) = keras.datasets.digits.load_data()
x_train, x_test = x_train[..., None].astype("float32") / 16, x_test[..., None].astype("float32") / 16

encoder = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(CODE_SIZE, name="code"),
    ],
    name="encoder",
)
decoder = keras.Sequential(
    [
        keras.Input((CODE_SIZE,)),
        layers.Dense(4 * 4 * 32, activation="relu"),
        layers.Reshape((4, 4, 32)),
        layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
    ],
    name="decoder",
)
image = keras.Input((8, 8, 1))
autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")
autoencoder.summary()
autoencoder.compile(keras.optimizers.Adam(3e-3), "mse")
autoencoder.fit(x_train, x_train, epochs=8 if smoke else 60, batch_size=64, validation_split=0.1, verbose=2)


def picture(pixels):
    """The lines of a text picture; each pixel is two characters wide, as characters are high."""
    return ["".join(2 * SHADES[round(9 * float(p))] for p in row) for row in np.clip(pixels[..., 0], 0, 1)]


codes = encoder.predict(x_test, verbose=0)
drawn = decoder.predict(codes, verbose=0)
for i in range(3):
    print(f"\n{f'a {y_test[i]}':<20}drawn again from {CODE_SIZE} numbers")
    for before, after in zip(picture(x_test[i]), picture(drawn[i]), strict=True):
        print(f"{before:<20}{after}")

error = np.mean((drawn - x_test) ** 2)
without_code = np.mean((x_train.mean(axis=0) - x_test) ** 2)
print(f"\nMean squared error on held-out digits: {error:.4f}; the average digit has {without_code:.4f}")
assert error < (0.6 if smoke else 0.25) * without_code, "the code says too little about the digits"
