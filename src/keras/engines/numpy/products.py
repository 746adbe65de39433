"""Matrix products on our own threads.

OpenBLAS's own threads are the fastest for a product alone, but each spins for a tenth of a second after it. In a step that also runs
kernels on our threads that costs more than it saves: a convolution of 15 ms took 25 ms after a threaded product. So a step keeps BLAS on
one thread (`threads.single_threaded_blas`) and cuts its large products here.
"""

import numpy as np

from . import threads
from .threads import Bound, Steps, bound, bound_blocks, split

Array = np.ndarray

PARALLEL_FLOPS = 10_000_000  # for each thread: waking one takes 50 to 100 microseconds


def bind_matmul(a: Array, b: Array, out: Array) -> Bound:
    """Callable that writes the product of the matrices (m, k) and (k, n) into `out`, cut along the larger of m and n.

    Arguments:
        a, b, out: arrays of one dtype, in any memory order. Stacks of matrices (more than two dimensions) are cut along the first.
    Example:
        >>> import numpy as np
        >>> out = np.empty((1, 1))
        >>> bind_matmul(np.ones((1, 3)), np.ones((3, 1)), out)()
        >>> out.item()
        3.0
    """
    flops = 2 * out.size * a.shape[-1]
    lanes = max(1, min(threads.workers(), flops // PARALLEL_FLOPS))
    blocks = _blocks(a, b, out, lanes)
    if len(blocks) < 2:
        return bound([(np.matmul, (a, b, out))])
    return bound_blocks([], [blocks] * lanes)


def _blocks(a: Array, b: Array, out: Array, lanes: int) -> list[Steps]:
    if lanes < 2 or out.size == 0:
        return []
    if out.ndim > 2:
        if a.ndim != out.ndim or b.ndim != out.ndim or not a.shape[0] == b.shape[0] == out.shape[0]:
            return []
        return [[(np.matmul, (a[i:j], b[i:j], out[i:j]))] for i, j in split(out.shape[0], 2 * lanes)]
    rows, columns = out.shape
    if rows >= columns:
        return [[(np.matmul, (a[i:j], b, out[i:j]))] for i, j in split(rows, lanes)]
    return [[(np.matmul, (a, b[:, i:j], out[:, i:j]))] for i, j in split(columns, lanes)]


def steps_of(call: Bound) -> Steps:
    """The steps inside a bound call, so that running it costs no call of its own."""
    if getattr(call, "func", None) is threads.run:
        return list(call.args[0])  # type: ignore[attr-defined]
    return [(getattr(call, "func", call), getattr(call, "args", ()))]
