"""Questions about a story: an end-to-end memory network reads sentences and says where a person is.

The stories are made here, in the manner of the bAbI tasks ("mary went to the garden. john went to the office. where is mary?"). Each
sentence is stored as a vector; attention over the sentences finds the one that answers the question, and it is printed.

    python examples/memory_network.py
    KERAS_SMOKE=1 python examples/memory_network.py      a shorter run, for tests

Source: Sukhbaatar, Szlam, Weston, Fergus: End-to-end memory networks, 2015; Weston et al.: Towards AI-complete question answering, 2015.
"""

import os

import numpy as np

import keras
from keras import layers, ops

PEOPLE = ("mary", "john", "daniel", "sandra")
PLACES = ("garden", "office", "kitchen", "bathroom", "hallway", "bedroom")
VERBS = ("went", "moved", "travelled")
WIDTH = 32

smoke = "KERAS_SMOKE" in os.environ
SENTENCES = 4 if smoke else 8  # in each story

keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)
vocabulary = ("", *PEOPLE, *PLACES, *VERBS, "to", "the", "where", "is")
number_of = {word: i for i, word in enumerate(vocabulary)}


def story():
    """Sentences, a question about someone in them, and the answer: the last place where that person went."""
    sentences = [f"{rng.choice(PEOPLE)} {rng.choice(VERBS)} to the {rng.choice(PLACES)}" for _ in range(SENTENCES)]
    person = rng.choice([sentence.split()[0] for sentence in sentences])
    answer = next(sentence.split()[-1] for sentence in reversed(sentences) if sentence.startswith(person))
    return sentences, f"where is {person}", answer


def encoded(stories):
    """The words of the stories as numbers: (stories, sentences, 5) and (stories, 3); and the number of each answer's place."""
    sentences = np.array([[[number_of[word] for word in s.split()] for s in texts] for texts, _, _ in stories], "int32")
    questions = np.array([[number_of[word] for word in question.split()] for _, question, _ in stories], "int32")
    return [sentences, questions], np.array([PLACES.index(answer) for _, _, answer in stories])


class SentenceVectors(layers.Layer):
    """Each sentence as the sum of the embeddings of its words, plus an embedding of when it was said."""

    def __init__(self, words, sentences, width, **kwargs):
        super().__init__(**kwargs)
        self.words, self.sentences, self.width = words, sentences, width
        self.word = layers.Embedding(words, width)
        self.time = layers.Embedding(sentences, width)

    def call(self, x):
        return ops.sum(self.word(x), axis=-2) + self.time(ops.arange(self.sentences))


sentences = keras.Input((SENTENCES, 5), dtype="int32", name="sentences")
question = keras.Input((3,), dtype="int32", name="question")
asked = ops.sum(layers.Embedding(len(vocabulary), WIDTH, name="question_words")(question), axis=-2)
addresses = SentenceVectors(len(vocabulary), SENTENCES, WIDTH, name="addresses")(sentences)
contents = SentenceVectors(len(vocabulary), SENTENCES, WIDTH, name="contents")(sentences)
match = ops.softmax(ops.einsum("bsw,bw->bs", addresses, asked), axis=-1)
remembered = ops.einsum("bs,bsw->bw", match, contents)
answer = layers.Dense(len(PLACES), activation="softmax", name="answer")(layers.Add()([remembered, asked]))
model = keras.Model([sentences, question], answer, name="memory_network")
model.summary()
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])

x_train, y_train = encoded([story() for _ in range(3_000 if smoke else 10_000)])
held_out = [story() for _ in range(500)]
x_test, y_test = encoded(held_out)
model.fit(x_train, y_train, epochs=3 if smoke else 15, batch_size=64, validation_split=0.1, verbose=2)

reader = keras.Model([sentences, question], match)  # the same network, asked where it looked
weights = reader.predict(x_test, verbose=0)
answers = model.predict(x_test, verbose=0).argmax(axis=-1)
for i in range(2):
    texts, asked_for, right = held_out[i]
    print(f"\n{asked_for}?  It says {PLACES[answers[i]]}; right is {right}.")
    for text, weight in zip(texts, weights[i], strict=True):
        print(f"    {text:<36}{weight:6.2f}  {'#' * round(20 * float(weight))}")

accuracy = np.mean(answers == y_test)
print(f"\nQuestions answered: {accuracy:.1%} of {len(y_test)} about stories it has not read; by chance {1 / len(PLACES):.0%}")
assert accuracy > (0.7 if smoke else 0.9), "the network has not learned where to look"
