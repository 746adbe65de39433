"""Train a network on handwritten digits in seconds.

The 1,797 digits (8 x 8 pixels, 0 to 16) come with the package. A fifth of them is held out and never seen in training.

    python examples/digits.py
"""

import os

import keras
from keras import layers

keras.utils.set_random_seed(7)

(x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
x_train, x_test = x_train[..., None] / 16, x_test[..., None] / 16

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.summary()
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

smoke = "KERAS_SMOKE" in os.environ  # a shorter run for tests
model.fit(x_train, y_train, epochs=4 if smoke else 15, batch_size=32, validation_split=0.1)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"Held-out digits recognized: {accuracy:.1%} of {len(x_test)}")
assert accuracy > (0.9 if smoke else 0.97), "the network did not learn"

probabilities = model.predict(x_test[:1], verbose=0)[0]
print(f"The first one is a {probabilities.argmax()} ({probabilities.max():.1%} sure); its label says {y_test[0]}.")
