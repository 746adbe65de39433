"""Programs as they were written for Keras 1 and 2, on small random data: they run as they are, and the loss falls."""

from __future__ import annotations

import numpy as np
import pytest

DATA = """
import numpy as np
generator = np.random.RandomState(0)
labels = generator.randint(0, 3, 48)
pictures = (generator.rand(48, 12, 12) * 100 + 50 * labels[:, None, None]).astype('uint8')
reviews = [list(generator.randint(1 + 6 * label, 7 + 6 * label, generator.randint(3, 9))) for label in labels % 2]
answers = labels % 2
"""

MLP_KERAS_1 = """
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.optimizers import RMSprop
from keras.utils import np_utils

X_train = pictures.reshape(48, 144).astype('float32') / 255
Y_train = np_utils.to_categorical(labels, 3)

model = Sequential()
model.add(Dense(32, input_shape=(144,)))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(output_dim=32, init='glorot_uniform'))
model.add(Activation('relu'))
model.add(Dense(3))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer=RMSprop(lr=0.001), metrics=['accuracy'])
history = model.fit(X_train, Y_train, batch_size=16, nb_epoch=4, verbose=0, validation_data=(X_train, Y_train))
score = model.evaluate(X_train, Y_train, verbose=0)
assert len(score) == 2 and 'val_acc' in history.history or 'val_accuracy' in history.history
"""

CNN_KERAS_1 = """
from keras.models import Sequential
from keras.layers import Dense, Dropout, Activation, Flatten
from keras.layers import Convolution2D, MaxPooling2D
from keras.utils import np_utils

X_train = pictures.reshape(48, 12, 12, 1).astype('float32') / 255
Y_train = np_utils.to_categorical(labels, 3)
nb_filters, pool_size, kernel_size = 4, (2, 2), (3, 3)

model = Sequential()
model.add(Convolution2D(nb_filters, kernel_size[0], kernel_size[1], border_mode='valid', input_shape=(12, 12, 1)))
model.add(Activation('relu'))
model.add(Convolution2D(nb_filters, kernel_size[0], kernel_size[1]))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=pool_size))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(16))
model.add(Activation('relu'))
model.add(Dense(3))
model.add(Activation('softmax'))
assert model.layers[0].kernel_size == (3, 3) and model.layers[0].strides == (1, 1)
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
history = model.fit(X_train, Y_train, batch_size=16, nb_epoch=3, verbose=0, validation_data=(X_train, Y_train))
classes = model.predict_classes(X_train, verbose=0)
assert classes.shape == (48,)
"""

LSTM_KERAS_1 = """
from keras.preprocessing import sequence
from keras.models import Sequential
from keras.layers import Dense, Dropout, Activation, Embedding
from keras.layers import LSTM

X_train = sequence.pad_sequences(reviews, maxlen=8)
model = Sequential()
model.add(Embedding(20, 8, input_length=8, dropout=0.))
model.add(LSTM(6, dropout_W=0.1, dropout_U=0.1))
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
history = model.fit(X_train, answers, batch_size=8, nb_epoch=4, verbose=0)
score, acc = model.evaluate(X_train, answers, batch_size=8, verbose=0)
"""

TWO_INPUTS_KERAS_1 = """
from keras.layers import Input, Dense, merge
from keras.models import Model
from keras.regularizers import l2
from keras.constraints import maxnorm

a = Input(shape=(144,), name='a')
b = Input(shape=(144,), name='b')
shared = Dense(8, activation='tanh', W_regularizer=l2(1e-4), W_constraint=maxnorm(2))
joined = merge([shared(a), shared(b)], mode='concat', concat_axis=-1)
out = Dense(3, activation='softmax')(joined)
model = Model(input=[a, b], output=out)
model.compile('rmsprop', 'categorical_crossentropy')
flat = pictures.reshape(48, 144) / 255.
history = model.fit([flat, flat[:, ::-1]], np.eye(3)[labels], nb_epoch=3, batch_size=8, verbose=0)
"""

CUSTOM_LAYER_KERAS_1 = """
from keras import ops as K
from keras.engine.topology import Layer
from keras.models import Sequential

class MyLayer(Layer):
    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(shape=(input_shape[1], self.output_dim), initializer='uniform', trainable=True)
        super(MyLayer, self).build(input_shape)

    def call(self, x, mask=None):
        return K.matmul(x, self.W)

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)

model = Sequential()
model.add(MyLayer(3, input_shape=(144,)))
model.compile('sgd', 'mse')
history = model.fit(pictures.reshape(48, 144) / 255., np.eye(3)[labels], nb_epoch=3, verbose=0)
"""

CNN_KERAS_2 = """
import keras
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras.layers import Conv2D, MaxPooling2D
from keras.layers.normalization import BatchNormalization
from keras.layers.advanced_activations import LeakyReLU

x_train = pictures.reshape(48, 12, 12, 1).astype('float32') / 255
y_train = keras.utils.to_categorical(labels, 3)
model = Sequential()
model.add(Conv2D(4, kernel_size=(3, 3), activation='relu', input_shape=(12, 12, 1)))
model.add(Conv2D(4, (3, 3)))
model.add(LeakyReLU(alpha=0.1))
model.add(BatchNormalization())
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(3, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.Adam(lr=0.01, decay=1e-4), metrics=['accuracy'])

def batches():
    while True:
        for at in range(0, 48, 16):
            yield x_train[at:at + 16], y_train[at:at + 16]

history = model.fit_generator(batches(), steps_per_epoch=3, epochs=4, verbose=0, workers=1, validation_data=batches(), validation_steps=1)
assert model.evaluate_generator(batches(), steps=3)[0] > 0
assert model.predict_generator(batches(), steps=3).shape == (48, 3)
"""

BIDIRECTIONAL_KERAS_2 = """
from keras.preprocessing import sequence
from keras.models import Sequential
from keras.layers import Dense, Dropout, Embedding, LSTM, Bidirectional, SpatialDropout1D, CuDNNGRU

x_train = sequence.pad_sequences(reviews, maxlen=8)
model = Sequential()
model.add(Embedding(20, 8, input_length=8))
model.add(SpatialDropout1D(0.1))
model.add(Bidirectional(LSTM(4, return_sequences=True, implementation=2)))
model.add(CuDNNGRU(4))
model.add(Dense(1, activation='sigmoid'))
model.compile('adam', 'binary_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, answers, batch_size=8, epochs=4, verbose=0)
assert model.predict_classes(x_train).shape == (48, 1)
"""

SCRIPTS = {
    "mlp-1": MLP_KERAS_1,
    "cnn-1": CNN_KERAS_1,
    "lstm-1": LSTM_KERAS_1,
    "two-inputs-1": TWO_INPUTS_KERAS_1,
    "custom-layer-1": CUSTOM_LAYER_KERAS_1,
    "cnn-2": CNN_KERAS_2,
    "bidirectional-2": BIDIRECTIONAL_KERAS_2,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_runs_and_learns(name: str) -> None:
    names: dict[str, object] = {"__name__": "script"}
    exec(DATA + SCRIPTS[name], names)  # noqa: S102
    losses = names["history"].history["loss"]  # type: ignore[attr-defined]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
