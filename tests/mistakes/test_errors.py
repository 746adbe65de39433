"""Mistakes that raise: the user's code, the exception, what its text must say, and that nothing has changed.

The numbers are those of the list of common mistakes that the project keeps. Each entry is (number, code, exception, pattern); names that
the code may use are made by `namespace`.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from model_state import assert_unchanged, state_of

import keras
from keras import layers, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = RNG.normal(size=(20, 2)).astype("float32")
LABELS = np.arange(20) % 3
ONE_HOT = np.eye(3, dtype="float32")[LABELS]


class Net(keras.Model):
    """A subclassed classifier."""

    def __init__(self, units=3, activation="softmax"):
        super().__init__()
        self.dense = layers.Dense(units, activation=activation)

    def call(self, x):
        return self.dense(x)


class Forgetful(layers.Layer):
    def __init__(self, units):
        self.units = units

    def call(self, x):
        return x


class Growing(layers.Layer):
    def call(self, x):
        return x @ self.add_weight(shape=(4, 2), name="kernel")


class Narrow(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def call(self, x):
        return x


def made(units=2, activation=None, loss="mse", inputs=(4,), **options):
    model = keras.Sequential([keras.Input(inputs), layers.Dense(units, activation=activation)])
    model.compile("adam", loss, **options)
    return model


def classifier(loss="sparse_categorical_crossentropy", units=3, activation="softmax", **options):
    return made(units, activation, loss, **options)


def two_inputs():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([a, b], layers.Dense(2)(a + b))
    model.compile("adam", "mse")
    return model


def two_outputs(loss="mse", **options):
    x = keras.Input((4,))
    model = keras.Model(x, [layers.Dense(1, name="price")(x), layers.Dense(1, name="size")(x)])
    model.compile("adam", loss, **options)
    return model


def images():
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)])
    model.compile("adam", "mse")
    return model


def embedded():
    model = keras.Sequential(
        [keras.Input((3,), dtype="int32", name="ids"), layers.Embedding(5, 2, name="words"), layers.Flatten(), layers.Dense(2)]
    )
    model.compile("adam", "mse")
    return model


def namespace():
    found = {
        name: getattr(layers, name)
        for name in ("Dense", "Conv2D", "Add", "Concatenate", "Embedding", "Layer", "Flatten", "SimpleRNN", "Reshape")
    }
    tools = {"keras": keras, "np": np, "ops": ops, "Input": keras.Input, "Sequential": keras.Sequential, "Model": keras.Model}
    data = {"x": X, "y": Y, "labels": LABELS, "one_hot": ONE_HOT}
    own = (Net, Forgetful, Growing, Narrow, made, classifier, two_inputs, two_outputs, images, embedded)
    return {**found, **tools, **data, **{f.__name__: f for f in own}}


ERRORS = [
    # --------------------------------------------------------------------------------------------------------- input shapes and data
    (1, "Sequential([Input((9,)), SimpleRNN(32)])", ValueError,
     r"SimpleRNN 'simple_rnn' expects 3 axes, got an input of shape \(None, 9\) with 2\..*\(batch, time, features\).*Input\(\(9, 1\)\) and x\[\.\.\., None\].*Input\(\(1, 9\)\)"),
    (2, "Sequential([Input((10, 8)), SimpleRNN(16), SimpleRNN(8)])", ValueError,
     r"'simple_rnn_1' expects 3 axes, got .*\(None, 16\).*follows 'simple_rnn', which returns only its last step: write SimpleRNN\(\.\.\., return_sequences=True\)"),
    (3, "model = images()\nmodel.predict(np.zeros((8, 8, 3), 'float32'))", ValueError,
     r"shape \(8, 8, 3\), but the model expects \(None, 8, 8, 3\)\..*ONE sample\. Add the batch axis: model\.predict\(x\[None\]\)"),
    (3, "model = made()\nmodel.predict(x[0])", ValueError, r"shape \(4,\), but the model expects \(None, 4\).*model\.predict\(x\[None\]\)"),
    (3, "model = images()\nmodel(np.zeros((8, 8, 3), 'float32'))", ValueError, r"'sequential'.*expects shape \(None, 8, 8, 3\), got \(8, 8, 3\).*x\[None\]"),
    (4, "Conv2D(8, 3)(Input((28, 28)))", ValueError, r"Conv2D 'conv2d' expects 4 axes, got .*\(None, 28, 28\) with 3.*Input\(\(28, 28, 1\)\) and x\[\.\.\., None\]"),
    (5, "model = images()\nmodel.fit(np.zeros((5, 3, 8, 8)), y[:5])", ValueError,
     r"\(5, 3, 8, 8\), but the model expects \(None, 8, 8, 3\).*channels-first.*np\.moveaxis\(x, 1, -1\)"),
    (6, "layer = Dense(4)\nlayer.build((None, 784))\nlayer(np.zeros((2, 28)))", ValueError,
     r"Dense 'dense' expects size 784 on axis -1, got .*\(2, 28\).*28\*28 = 784: x\.reshape\(-1, 784\)"),
    (6, "layer = Dense(4)\nlayer.build((None, 784))\nlayer(np.zeros((2, 28), 'int64'))", ValueError, r"Dense 'dense' expects size 784 on axis -1, got .*\(2, 28\)"),
    (6, "model = made(inputs=(784,))\nmodel.fit(np.zeros((5, 28, 28)), y[:5])", ValueError,
     r"\(5, 28, 28\), but the model expects \(None, 784\).*28\*28 = 784.*Flatten\(\), or use x\.reshape\(-1, 784\)"),
    (6, "model = made()\nmodel.fit(x[:, :3], y)", ValueError, r"\(20, 3\), but the model expects \(None, 4\)\. Use Input\(shape=\(3,\)\), or data with 4 features"),
    (7, "model = made(inputs=(20, 4))\nmodel.fit(x, y)", ValueError, r"\(20, 4\), but the model expects \(None, 20, 4\).*number of samples.*Input\(shape=\(4,\)\)"),
    (10, "model = made()\nmodel.fit(x, y[:15])", ValueError, r"Found 20 samples in x and 15 in y: the last 5 rows of x have no target\. Use x\[:15\]"),
    (11, "model = made()\nmodel.fit([x[0], x[1], x[2]], y[:3])", ValueError, r"x is a list of 3 arrays, but the model has 1 input.*several model inputs\. Use np\.stack\(x\)"),
    (13, "model = made()\nbad = x.astype(object)\nbad[17, 2] = 'n/a'\nmodel.fit(bad, y)", ValueError,
     r"Column 2 of x has dtype object \(first bad value 'n/a' at row 17\)\. Clean it, or .*StringLookup"),
    (14, "model = made()\nmodel.fit([[1, 2, 3], [1, 2]], y[:2])", ValueError, r"rows of x have different lengths \(2\.\.3\).*keras\.utils\.pad_sequences\(x"),
    (15, "model = two_inputs()\nmodel.fit({'a': x, 'c': x}, y)", ValueError, r"no data for the input 'b'.*keys \['a', 'c'\], the model's inputs are \['a', 'b'\]"),
    (15, "model = two_inputs()\nmodel.predict({'a': x, 'bb': x})", ValueError, r"no data for the input 'b'.*Did you mean 'bb'\? Rename it: x\['b'\] = x\.pop\('bb'\)"),
    (15, "model = two_inputs()\nmodel({'a': x, 'c': x})", ValueError, r"Model 'functional': no data for input 'b'\. Got the keys \['a', 'c'\], expected \['a', 'b'\]"),
    # ------------------------------------------------------------------------------------------------ targets, losses and activations
    (19, "model = classifier('categorical_crossentropy')\nmodel.fit(x, labels)", ValueError,
     r"targets have shape \(None,\).*'categorical_crossentropy' takes one-hot rows of 3 classes\. Use loss='sparse_categorical_crossentropy'.*to_categorical\(y, 3\)"),
    (19, "model = classifier('categorical_crossentropy')\nmodel.train_on_batch(x, labels)", ValueError, r"takes one-hot rows of 3 classes\. Use loss='sparse_"),
    (19, "model = Net()\nmodel.compile('adam', 'categorical_crossentropy')\nmodel.fit(x, labels)", ValueError, r"takes one-hot rows of 3 classes\. Use loss='sparse_"),
    (20, "model = classifier()\nmodel.fit(x, one_hot)", ValueError,
     r"targets are one-hot rows of shape \(None, 3\), but loss='sparse_categorical_crossentropy' takes class numbers\. Use loss='categorical_crossentropy', or y\.argmax\(-1\)"),
    (21, "model = classifier()\nmodel.fit(x, labels + 1)", ValueError, r"labels are 1\.\.3 but the model has 3 outputs \(0\.\.2\)\. Subtract 1 \(y - 1\) or use Dense\(4\)"),
    (21, "model = classifier()\nmodel.fit(x, labels - 1)", ValueError, r"labels are -1\.\.1 but the model has 3 outputs \(0\.\.2\)\. Class numbers begin at 0"),
    (21, "model = classifier()\nmodel.fit(iter([(x, labels + 1)]))", ValueError, r"labels are 1\.\.3 but the model has 3 outputs"),
    (21, "model = Net()\nmodel.compile('adam', 'sparse_categorical_crossentropy')\nmodel.fit(x, labels + 1)", ValueError, r"labels are 1\.\.3 but the model has 3 outputs"),
    (21, "model = Net()\nmodel(x)\nmodel.compile('adam', 'sparse_categorical_crossentropy')\nmodel.evaluate(x, labels + 1)", ValueError, r"labels are 1\.\.3 but"),
    (22, "model = classifier('categorical_crossentropy')\nmodel.fit(x, np.eye(4)[labels + 1])", ValueError,
     r"targets have shape \(None, 4\) and the output has \(None, 3\).*Use Dense\(4\) as the last layer, or targets with 3 columns"),
    (24, "model = classifier('categorical_crossentropy', 1, 'sigmoid')\nmodel.fit(x, labels > 1)", ValueError,
     r"'categorical_crossentropy' with one output unit is always 0.*'binary_crossentropy' with Dense\(1, activation='sigmoid'\)"),
    (30, "model = made(3)\nmodel.fit(x, y[:, :1])", ValueError,
     r"targets have shape \(None, 1\) and the output has \(None, 3\), but loss='mean_squared_error' needs equal shapes\. Use Dense\(1\)"),
    (30, "model = made(3, loss='mae')\nmodel.evaluate(x, y[:, :1])", ValueError, r"loss='mean_absolute_error' needs equal shapes"),
    (32, "model = made(loss=lambda y, p: ops.mean(ops.round(p)))\nmodel.fit(x, y)", ValueError,
     r"no gradient of the loss '<lambda>' reaches the weights 'sequential/dense/kernel', 'sequential/dense/bias'.*round, argmax.*Write it with keras\.ops"),
    (32, "model = made(loss=lambda y, p: ops.mean(ops.cast(p > y, 'float32')))\nmodel.train_on_batch(x, y)", ValueError, r"no gradient of the loss"),
    (34, "model = two_outputs({'prize': 'mse'})\nmodel.fit(x, [y[:, :1], y[:, 1:]])", ValueError,
     r"loss: got the key 'prize'\. Did you mean 'price'\? The model's outputs are \['price', 'size'\]"),
    (34, "model = two_outputs(['mse'] * 3)\nmodel.fit(x, [y[:, :1], y[:, 1:]])", ValueError, r"loss: got 3 entries for 2 outputs \['price', 'size'\]"),
    (34, "model = two_outputs()\nmodel.fit(x, y)", ValueError, r"y: got one value for 2 outputs \['price', 'size'\]\. Write a list or a dict"),
    (34, "model = two_outputs()\nmodel.fit(x, {'price': y[:, :1], 'sizes': y[:, 1:]})", ValueError, r"y: got the key 'sizes'\. Did you mean 'size'\?"),
    (35, "made(metrics='acuracy')", ValueError, r"got 'acuracy', which is not known\. Did you mean 'accuracy'\?"),
    (35, "made(loss='mean_square_error')", ValueError, r"keras\.losses.*got 'mean_square_error'.*Did you mean 'mean_squared_error'\?"),
    (36, "model = classifier('binary_crossentropy', 1, 'sigmoid')\nmodel.fit(iter([(x, one_hot)]))", ValueError,
     r"one-hot rows of 3 classes: use Dense\(3, activation='softmax'\) with loss='categorical_crossentropy' \(for flow_from_directory, or class_mode='binary'\)"),
    # ------------------------------------------------------------------------------------------------------- compile, fit, callbacks
    (37, "model = Sequential([Dense(1)])\nmodel.fit(x, y)", ValueError, r"'sequential': call compile\(\) before fit\(\), .*model\.compile\(optimizer='adam', loss='mse'\)"),
    (37, "model = Sequential([Dense(1, activation='sigmoid')])\nmodel.train_on_batch(x, y)", ValueError, r"before train_on_batch\(\).*loss='binary_crossentropy'"),
    (37, "model = Sequential([Dense(5, activation='softmax')])\nmodel.evaluate(x, y)", ValueError, r"before evaluate\(\).*loss='sparse_categorical_crossentropy'"),
    (37, "model = made()\nmodel.fit(x)", ValueError, r"'sequential': there are no targets for loss='mse'\. Write model\.fit\(x, y\)"),
    (37, "model = made()\nmodel.evaluate(x)", ValueError, r"there are no targets.*Write model\.evaluate\(x, y\)"),
    (38, "keras.optimizers.Adam(learning_rat=0.1)", TypeError, r"Adam: got an unknown argument 'learning_rat'\. Did you mean 'learning_rate'\?"),
    (39, "optimizer = keras.optimizers.Adam()\nfirst = made()\nfirst.compile(optimizer, 'mse')\nfirst.fit(x, y, verbose=0)\nmodel = made()\n"
         "model.compile(optimizer, 'mse')\nmodel.fit(x, y, verbose=0)", ValueError, r"Adam 'adam' was built for .*'sequential/dense/kernel'.*Adam\.from_config\(optimizer\.get_config\(\)\)"),
    (42, "model = made()\nmodel.fit(iter([(x, y)]), y)", ValueError, r"When x is a generator, y must not be passed.*Let the generator give \(x, y\)"),
    (44, "model = made()\nmodel.fit(iter(list(zip(x, y))))", ValueError, r"Found 4 samples in x and 2 in y.*single sample, batches are needed.*np\.stack"),
    (44, "model = made(4)\nmodel.fit(iter(list(zip(x, x))))", ValueError, r"elements of the generator look like single samples \(4,\), expected batches \(None, 4\)"),
    (45, "model = made()\nmodel.fit(iter([(x, y)]), validation_split=0.2)", ValueError, r"validation_split works on arrays only.*Pass validation_data="),
    (50, "model = made()\nmodel.fit(iter([[x, y]]))", ValueError, r"It gave a list of 2 items: change \[x, y\] to \(x, y\)"),
    (51, "model = two_outputs()\nmodel.fit(x, [y[:, :1], y[:, 1:]], class_weight={0: 1.0, 1: 2.0})", ValueError, r"class_weight for several outputs needs one dict per output"),
    (51, "model = classifier()\nmodel.fit(x, labels, class_weight={'cat': 1.0})", ValueError, r"keys of class_weight must be class numbers\. Got 'cat'"),
    # ------------------------------------------------------------------------------------------------------ building models and layers
    (58, "i = Input((4,))\nModel(i, Dense(1, activation='sigmoid'))", ValueError, r"Model\(outputs\): got the layer 'dense', not its output\. Call it: Dense\(\.\.\.\)\(x\)"),
    (58, "i = Input((4,))\nModel(i, Dense)", ValueError, r"Model\(outputs\): got the class Dense\. Create a layer and call it: Dense\(\.\.\.\)\(x\)"),
    (58, "i = Input((4,))\nModel(i, x)", ValueError, r"Model\(outputs\): got an array of shape \(20, 4\)\. Accepted: symbols"),
    (59, "a, b = Input((4,), name='a'), Input((4,), name='b')\nModel(inputs=a, outputs=Dense(1)(b))", ValueError,
     r"outputs depend on 'b' of shape \(None, 4\), which is not in inputs=\[a\]\. Add it to the inputs"),
    (60, "i = Input((4,), name='i')\nif i > 0: pass", TypeError, r"has no numbers yet, so Python cannot branch on it\. Write keras\.ops\.where\(condition, a, b\) or keras\.ops\.cond"),
    (60, "float(ops.mean(Input((4,))))", TypeError, r"cannot become a Python number\. Write the calculation with keras\.ops"),
    (60, "np.asarray(Input((4,)))", TypeError, r"cannot become a NumPy array\. Write the calculation with keras\.ops"),
    (60, "for part in Input((4,)): pass", TypeError, r"needs a known first size\. Write keras\.ops\.unstack, keras\.ops\.scan or keras\.ops\.map"),
    (61, "Add()([Input((8,), name='u'), Input((16,), name='v')])", ValueError, r"Add 'add': the inputs 'u' \(None, 8\), 'v' \(None, 16\) differ on axis 1: 8 and 16"),
    (61, "Concatenate()([Input((32, 32, 3), name='u'), Input((16, 16, 3), name='v')])", ValueError,
     r"Concatenate 'concatenate': the inputs 'u' \(None, 32, 32, 3\), 'v' \(None, 16, 16, 3\) differ on axis 1"),
    (62, "Sequential(Dense(4), Dense(1))", TypeError, r"Sequential\(trainable\): got <Dense.*Put the layers into a list: Sequential\(\[a, b\]\)"),
    (62, "Sequential([Input((4,)) * 2])", TypeError, r"Accepted: layers\. Pass the layers, not what they return"),
    (62, "Sequential([Dense(1, name='d'), Dense(1, name='d')])", ValueError, r"'sequential': two layers have the name 'd'\. Give each a name of its own"),
    (62, "Sequential([Input((3,)), Input((3,))])", ValueError, r"'sequential': got two inputs\. Accepted: one keras\.Input, as the first entry"),
    (62, "Sequential([Dense])", TypeError, r"Accepted: layers\. Create it: Dense\(\.\.\.\)"),
    (62, "Sequential([np.tanh])", TypeError, r"Accepted: layers\. Make a layer of the function: keras\.layers\.Activation\(f\)"),
    (62, "Sequential(['dense'])", TypeError, r"got 'dense' of <class 'str'>\. Accepted: layers\. Write a layer such as keras\.layers\.Dense\(10\)"),
    (63, "Sequential([Dense(3)]).inputs", AttributeError, r"'sequential' has no inputs yet.*keras\.Input\(\.\.\.\) as the first layer, or call model\.build\(\(None, 8\)\)"),
    (63, "Dense(3).count_params()", ValueError, r"count_params: Dense 'dense' is not built yet.*layer\.build\(\(None, 8\)\)"),
    (63, "Dense(3).kernel", AttributeError, r"Dense 'dense' has no attribute 'kernel'\. It is not built yet: call it on data, or write layer\.build\(\(None, 8\)\)"),
    (63, "Dense(3).output", AttributeError, r"Dense 'dense' has never been called on a symbol.*y = layer\(keras\.Input"),
    (64, "model = embedded()\nmodel.predict(np.array([[0, 1, 5]]))", ValueError, r"ids holds the id 5, which is not below input_dim=5 of 'words'\. Use input_dim=6 \(len\(vocabulary\) \+ 1"),
    (64, "model = embedded()\nmodel.fit(np.array([[0, 1, 5]] * 20), y)", ValueError, r"the id 5, which is not below input_dim=5 of 'words'"),
    (64, "model = embedded()\nmodel.evaluate(np.array([[0, 1, -1]] * 20), y)", ValueError, r"the id -1, but ids of 'words' begin at 0"),
    (65, "Forgetful(3)(x)", RuntimeError, r"In layer 'Forgetful', `super\(\)\.__init__\(\)` has not been called\. Write it as the first line"),
    (65, "layer = Growing()\nlayer(x)\nlayer(x)", RuntimeError, r"Growing 'growing': add_weight\('kernel'\) in a call after the first one.*def build\(self, input_shape\)"),
    (65, "Narrow(3, name='n')", TypeError, r"Narrow: got an unknown argument 'name'\. Layer takes it; hand it on: def __init__\(self, \.\.\., \*\*kwargs\): super\(\)\.__init__\(\*\*kwargs\)"),
    (65, "Layer()(x)", NotImplementedError, r"Layer has no `call` method\. Write def call\(self, inputs\)"),
]  # fmt: skip

MORE = [
    ("epochs", "model = made()\nmodel.fit(x, y, epochs='3')", ValueError, r"fit\(epochs\): got '3'\. Accepted: an integer >= 0"),
    ("initial epoch", "model = made()\nmodel.fit(x, y, initial_epoch=-1)", ValueError, r"fit\(initial_epoch\): got -1"),
    ("validation_freq", "model = made()\nmodel.fit(x, y, validation_freq=0)", ValueError, r"fit\(validation_freq\): got 0\. Accepted: an integer >= 1, or a list"),
    ("batch_size", "model = made()\nmodel.fit(x, y, batch_size=0)", ValueError, r"batch_size must be an integer > 0 or None\. Got 0"),
    ("steps", "model = made()\nmodel.fit(x, y, steps_per_epoch=0)", ValueError, r"steps_per_epoch must be an integer > 0"),
    ("verbose", "model = made()\nmodel.fit(x, y, verbose='loud')", ValueError, r"`verbose` must be 0 \(silent\).*Got 'loud'"),
    ("split", "model = made()\nmodel.fit(x, y, validation_split=1.5)", ValueError, r"validation_split must be a float between 0 and 1\. Got 1\.5"),
    ("validation x", "model = made()\nmodel.fit(x, y, validation_data=(x[:, :2], y))", ValueError, r"validation_data: .*\(20, 2\), but the model expects \(None, 4\)"),
    ("validation y", "model = made()\nmodel.fit(x, y, validation_data=(x, y[:, :1]))", ValueError, r"validation_data: .*needs equal shapes"),
    ("validation alone", "model = made()\nmodel.fit(x, y, validation_data=x)", ValueError, r"validation_data: .*no targets.*validation_data=\(x, y\)"),
    ("validation of four", "model = made()\nmodel.fit(x, y, validation_data=(x, y, y, y))", ValueError, r"fit\(validation_data\): got 4 entries\. Accepted: \(x, y\)"),
    ("weights", "model = made()\nmodel.fit(x, y, sample_weight=np.ones(3))", ValueError, r"Found 20 samples in x and 3 in sample_weight"),
    ("text", "model = made()\nmodel.fit('data.csv', y)", TypeError, r"x must be an array, .*Got 'data\.csv' of type str"),
    ("no data", "model = made()\nmodel.fit()", TypeError, r"x must be an array.*Got None"),
    ("callback class", "model = made()\nmodel.fit(x, y, callbacks=[keras.callbacks.EarlyStopping])", TypeError, r"EarlyStopping was given as a class\. Create it"),
    ("no callback", "model = made()\nmodel.fit(x, y, callbacks=[print])", TypeError, r"`callbacks` must be keras\.callbacks\.Callback objects"),
    ("compile", "model = made()\nmodel.compile(optimiser='sgd')", TypeError, r"compile: got an unknown argument 'optimiser'\. Did you mean 'optimizer'\?"),
    ("optimizer", "model = made()\nmodel.compile('adm', 'mse')", ValueError, r"got 'adm', which is not known\. Did you mean 'adam'\?"),
    ("units", "Dense(0)", ValueError, r"Dense\(units\): got 0\. Accepted: an integer > 0"),
    ("activation", "Dense(3, activation='rellu')", ValueError, r"got 'rellu', which is not known\. Did you mean 'relu'\?"),
    ("text as input", "Dense(3)('text')", TypeError, r"Dense 'dense': input 0 is 'text'\. Accepted: a tensor, an array or a symbol"),
    ("get_layer", "made().get_layer('dens')", ValueError, r"no layer is named 'dens'\. Did you mean 'dense'\? Its layers: \['dense'\]"),
    ("get_layer number", "made().get_layer(index=7)", ValueError, r"get_layer\(index=7\), but it has 1 layers"),
    ("shape", "Input(shape='10')", ValueError, r"Input 'input_layer' \(shape\): got '10'\. Accepted: a tuple"),
    ("no shape", "Input()", ValueError, r"shape is missing\. Write keras\.Input\(shape=\(28, 28, 1\)\)"),
    ("empty pop", "Sequential().pop()", ValueError, r"pop\(\) on a model without layers"),
    ("same layer twice", "d = Dense(2)\nSequential([d, d])", ValueError, r"the layer 'dense' is in it already\. Make a new Dense, or write a Functional model"),
    ("names in a model", "i = Input((4,))\nModel(i, Dense(1, name='d')(Dense(2, name='d')(i)))", ValueError, r"two layers have the name 'd'.*name='d_2'"),
]  # fmt: skip


def run_mistake(code, exception, pattern):
    """Run all lines but the last; then the last must raise, and leave `model` as it was."""
    *before, last = code.split("\n")
    found = namespace()
    exec("\n".join(before), found)
    model = found.get("model")
    state = [] if model is None else state_of(model)
    with pytest.raises(exception, match=re.compile(pattern, re.DOTALL)) as caught:
        exec(last, found)
    assert type(caught.value) is exception
    assert_unchanged(state)


@pytest.mark.parametrize("number, code, exception, pattern", ERRORS, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(ERRORS)])
def test_the_mistake_is_named_and_nothing_changes(number, code, exception, pattern):
    run_mistake(code, exception, pattern)


@pytest.mark.parametrize("name, code, exception, pattern", MORE, ids=[m[0] for m in MORE])
def test_other_wrong_arguments_are_named_and_nothing_changes(name, code, exception, pattern):
    run_mistake(code, exception, pattern)


@pytest.mark.parametrize(
    "code",
    [
        "model.fit(x, y[:15])",
        "model.fit(x[:, :3], y)",
        "model.fit(x, y, validation_data=(x, y[:, :1]))",
        "model.train_on_batch(x, y[:, :1])",
        "model.fit(iter([(x, y), (x[:, :3], y)]))",
    ],
)
def test_a_trained_model_goes_on_as_if_nothing_had_happened(code):
    model, twin = made(metrics=["mae"]), made(metrics=["mae"])
    twin.set_weights(model.get_weights())
    for m in (model, twin):
        m.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    with pytest.raises(ValueError):
        exec(code, {"model": model, "x": X, "y": Y})
    if "iter(" in code:  # its first batch was a step
        twin.fit(X, Y, batch_size=20, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert model.train_on_batch(X, Y) == twin.train_on_batch(X, Y)
