"""Matrix products, and sums as products, on our own threads.

OpenBLAS's own threads are the fastest for a product alone, but each spins for a tenth of a second after it. In a step that also runs
kernels on our threads that costs more than it saves: a convolution of 15 ms took 25 ms after a threaded product. So a step keeps BLAS on
one thread (`blas.single_threaded_blas`) and cuts its large products here.
"""

import numpy as np

from keras.kernels import threads
from keras.kernels.threads import Steps, shared, side_by_side, split

Array = np.ndarray

PARALLEL_FLOPS = 10_000_000  # for each thread: waking one takes 50 to 100 microseconds
PARALLEL_SUM = 1 << 20  # elements from which a sum is worth a second thread


def bind_matmul(a: Array, b: Array, out: Array) -> Steps:
    """Steps that write the product of the matrices (m, k) and (k, n) into `out`, cut along the larger of m and n.

    Arguments:
        a, b, out: arrays of one dtype, in any memory order. Stacks of matrices (more than two dimensions) are cut along the first.
    Example:
        >>> import numpy as np
        >>> out = np.empty((1, 1))
        >>> threads.run(bind_matmul(np.ones((1, 3)), np.ones((3, 1)), out))
        >>> out.item()
        3.0
    """
    flops = 2 * out.size * a.shape[-1]
    lanes = max(1, min(threads.workers(), flops // PARALLEL_FLOPS))
    blocks = _blocks(a, b, out, lanes)
    return shared([blocks] * lanes) if blocks else [(np.matmul, (a, b, out))]


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


def bind_column_sums(x: Array, out: Array, lanes: int = 1) -> Steps:
    """Steps that write the sums of the columns of the matrix x into `out`, shape (1, columns): a product with ones, which is the fastest.

    Arguments:
        lanes: int, threads that share the rows where there are many.
    """
    if lanes < 2 or x.size < PARALLEL_SUM:
        return [(np.matmul, (np.ones((1, x.shape[0]), x.dtype), x, out))]
    rows = split(x.shape[0], lanes)
    parts = np.empty((len(rows), *out.shape), x.dtype)
    work: list[Steps] = [
        [(np.matmul, (np.ones((1, last - first), x.dtype), x[first:last], part))] for part, (first, last) in zip(parts, rows, strict=True)
    ]
    return [*side_by_side(work), (np.add.reduce, (parts, 0, None, out))]
