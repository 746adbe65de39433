"""Reuters newswire: 11,228 news of 1987 as lists of word numbers, in 46 topics."""

from __future__ import annotations

import json

import numpy as np

from keras._surface import attach
from keras.datasets.npz import read_npz
from keras.datasets.source import GOOGLE_STORAGE, fetch, open_verified, unpickle_arrays
from keras.datasets.splits import Arrays, check_test_split, shuffled, split
from keras.datasets.word_sequences import encode

_, __dir__, __all__ = attach("keras.datasets.reuters")

URL = f"{GOOGLE_STORAGE}reuters.npz"
FILE_SHA256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
INDEX_URL = f"{GOOGLE_STORAGE}reuters_word_index.json"
INDEX_MD5 = "4d44cc38712099c9e383dc6e5f11a921"

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee", "sugar", "trade", "reserves",
    "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold",
    "tin", "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei", "bop", "zinc", "orange",
    "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Arrays, Arrays]:
    """The news, shuffled and split, each a list of word numbers; frequent words have low numbers.

    Arguments:
        path: name of the file in the cache folder.
        num_words, skip_top, maxlen, seed, start_char, oov_char, index_from: see `keras.datasets.imdb.load_data`.
        test_split: float in [0, 1), share of the news held out for testing.
    Returns: `(x_train, y_train), (x_test, y_test)`; x are object arrays of lists of int, y int64 arrays of topics 0..45.
    Raises: ValueError if `maxlen` leaves no news or `test_split` is out of range; DownloadError if the file cannot be had.
    Source: Reuters-21578, D. D. Lewis.
    """
    check_test_split(test_split)
    file_path = fetch("Reuters", URL, [path], FILE_SHA256)
    with open_verified(file_path, FILE_SHA256) as file:
        x, y = read_npz(file_path, ["x", "y"], file, unpickle_arrays)
    x, y = shuffled(x, y, np.random.RandomState(seed))
    x, y = encode(
        x, y, num_words=num_words, skip_top=skip_top, maxlen=maxlen, start_char=start_char, oov_char=oov_char, index_from=index_from
    )
    return split(x, y, test_split)


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The number of each word, 1 for the most frequent one; add `index_from` (3) for the numbers in `load_data`.

    Arguments:
        path: name of the file in the cache folder.
    Returns: dict word -> number.
    """
    return json.loads(fetch("The word index of Reuters", INDEX_URL, [path], INDEX_MD5).read_text(encoding="utf-8"))


def get_label_names() -> tuple[str, ...]:
    """The names of the 46 topics, in the order of their numbers.

    Example:
        >>> get_label_names()[3]
        'earn'
    """
    return TOPICS
