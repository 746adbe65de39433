"""The CIFAR archives: pickled batches of pictures in a tar file whose hash is checked first."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras.core.config import image_data_format
from keras.datasets.source import fetch, open_verified, unpickle_arrays


def read_batches(title: str, url: str, names: Sequence[str], sha256: str, members: Sequence[str]) -> list[dict[bytes, Any]]:
    """The batches `members` of a CIFAR archive, each a dict with bytes keys."""
    path = fetch(title, url, names, sha256)
    batches = []
    with open_verified(path, sha256) as file, tarfile.open(fileobj=file) as archive:
        for member in members:
            content = archive.extractfile(member)
            if content is None:
                raise ValueError(f"{path} holds no file {member!r}.")
            with content:
                batches.append(unpickle_arrays(content, encoding="bytes"))
    return batches


def pictures(batches: Sequence[dict[bytes, Any]]) -> np.ndarray:
    """The pictures of all batches: uint8, (n, 32, 32, 3), or (n, 3, 32, 32) where the image data format is channels first."""
    data = np.concatenate([batch[b"data"] for batch in batches]).reshape(-1, 3, 32, 32)
    return data if image_data_format() == "channels_first" else np.ascontiguousarray(data.transpose(0, 2, 3, 1))


def labels(batches: Sequence[dict[bytes, Any]], key: bytes, dtype: str) -> np.ndarray:
    """The labels of all batches, shape (n, 1)."""
    return np.concatenate([np.asarray(batch[key], dtype) for batch in batches]).reshape(-1, 1)
