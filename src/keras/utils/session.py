"""Starting afresh in one process."""

from __future__ import annotations

from keras.core import naming


def clear_session(free_memory: bool = True) -> None:
    """Count automatic names from the start again.

    Memory needs no clearing: what nothing refers to is freed by Python, compiled steps with the model they belong to.

    Source: keras.utils.clear_session of Keras 3.
    """
    naming.reset()
