"""IMDB reviews: 50,000 film reviews as lists of word numbers, labelled negative (0) or positive (1)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from keras._surface import attach
from keras.datasets.npz import read_npz
from keras.datasets.source import GOOGLE_STORAGE, fetch, open_verified, unpickle_arrays
from keras.datasets.splits import Arrays, shuffled
from keras.datasets.word_sequences import encode

_, __dir__, __all__ = attach("keras.datasets.imdb")

URL = f"{GOOGLE_STORAGE}imdb.npz"
FILE_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
INDEX_URL = f"{GOOGLE_STORAGE}imdb_word_index.json"
INDEX_MD5 = "bfafd718b763782e994055a2d397834f"


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> tuple[Arrays, Arrays]:
    """The 25,000 training and 25,000 test reviews, each a list of word numbers; frequent words have low numbers.

    Arguments:
        path: name of the file in the cache folder.
        num_words: int or None, size of the vocabulary; word numbers from here on become `oov_char`.
        skip_top: int, word numbers below this become `oov_char`.
        maxlen: int or None, reviews of this length and more are dropped.
        seed: int, seed of the shuffling.
        start_char: number that begins each review, or None.
        oov_char: number of unknown words; None drops them.
        index_from: added to the numbers of `get_word_index`, so that 0 to 2 are free for padding, start and unknown words.
        kwargs: `nb_words`, the Keras 1 spelling of `num_words`.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are object arrays of lists of int, y int64 arrays of 0 and 1.
    Raises: ValueError if `maxlen` leaves no review; TypeError for other arguments; DownloadError if the file cannot be had.
    Source: A. L. Maas et al.: Learning word vectors for sentiment analysis, 2011.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"load_data got an unknown argument {next(iter(kwargs))!r}.")
    file_path = fetch("IMDB", URL, [path], FILE_SHA256)
    with open_verified(file_path, FILE_SHA256) as file:
        names = ["x_train", "y_train", "x_test", "y_test"]
        x_train, y_train, x_test, y_test = read_npz(file_path, names, file, unpickle_arrays)
    generator = np.random.RandomState(seed)
    x_train, y_train = shuffled(x_train, y_train, generator)
    x_test, y_test = shuffled(x_test, y_test, generator)
    texts = np.concatenate([x_train, x_test])
    parts = np.concatenate([np.zeros(len(x_train), bool), np.ones(len(x_test), bool)])
    # Encoding both parts together gives them the same vocabulary; the row numbers say which rows were kept.
    x, kept = encode(
        texts, np.arange(len(texts)), num_words=num_words, skip_top=skip_top, maxlen=maxlen,
        start_char=start_char, oov_char=oov_char, index_from=index_from,
    )  # fmt: skip
    y, is_test = np.concatenate([y_train, y_test])[kept], parts[kept]
    return (x[~is_test], y[~is_test]), (x[is_test], y[is_test])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The number of each word, 1 for the most frequent one; add `index_from` (3) for the numbers in `load_data`.

    Arguments:
        path: name of the file in the cache folder.
    Returns: dict word -> number.
    """
    return json.loads(fetch("The word index of IMDB", INDEX_URL, [path], INDEX_MD5).read_text(encoding="utf-8"))
