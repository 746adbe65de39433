"""Worker threads, and control of BLAS' own."""

import os
import threading

import numpy as np
import pytest

from keras.kernels import blas, threads


@pytest.fixture(params=[1, 2, 4], autouse=True)
def pool(request, monkeypatch):
    pool = threads._Pool(request.param)
    monkeypatch.setattr(threads, "_pool", pool)
    return pool


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_every_task_runs_once(count):
    seen = [0] * count

    def task(index):
        def run():
            seen[index] += 1

        return run

    for _ in range(50):
        threads.parallel([task(index) for index in range(count)])
    assert seen == [50] * count


def test_tasks_run_at_the_same_time(pool):
    if pool.size < 2:
        pytest.skip("one worker")
    barrier = threading.Barrier(2, timeout=5)
    threads.parallel([barrier.wait, barrier.wait])


@pytest.mark.parametrize("failing", [0, 1])
def test_an_exception_is_raised_after_all_have_ended_and_the_pool_goes_on(failing):
    seen = []

    def fail():
        raise KeyError("lost")

    tasks = [lambda: seen.append(1), lambda: seen.append(2)]
    tasks[failing] = fail
    with pytest.raises(KeyError, match="lost"):
        threads.parallel(tasks)
    threads.parallel([lambda: seen.append(3), lambda: seen.append(4)])
    assert {3, 4} <= set(seen)


def test_nested_use_runs_on_the_spot():
    seen = []
    inner = [lambda: seen.append(threading.get_ident())] * 2
    threads.parallel([lambda: threads.parallel(inner), lambda: threads.parallel(inner)])
    assert len(seen) == 4


def test_other_threads_may_call_too():
    total = np.zeros(4, np.int64)

    def caller(index):
        def add():
            total[index] += 1

        for _ in range(100):
            threads.parallel([add, lambda: None])

    callers = [threading.Thread(target=caller, args=(index,)) for index in range(4)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join(10)
    assert total.tolist() == [100] * 4


def test_blas_runs_single_threaded_inside_and_as_before_after():
    before = blas.blas_threads()
    if before == 0:
        pytest.skip("NumPy's BLAS has no known control")
    try:
        blas.blas_threads(2)
        with blas.single_threaded_blas:
            with blas.single_threaded_blas:
                assert blas.blas_threads() == 1
            assert blas.blas_threads() == 1
        assert blas.blas_threads() == 2
    finally:
        blas.blas_threads(before)


def test_without_blas_control_nothing_is_set(monkeypatch):
    monkeypatch.setattr(blas, "_control", None)
    assert blas.blas_threads(1) == 0
    with blas.single_threaded_blas:
        pass
    seen = []
    threads.parallel([lambda: seen.append(1), lambda: seen.append(2)])
    assert sorted(seen) == [1, 2]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # that is what is tested
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # and JAX, where another test has imported it, says so too
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_builds_its_own_pool():
    seen = []
    tasks = [lambda: seen.append(1), lambda: seen.append(2)]
    threads.parallel(tasks)
    child = os.fork()
    if child == 0:
        try:
            del seen[:]
            for _ in range(5):
                threads.parallel(tasks)
            os._exit(0 if len(seen) == 10 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_ranges_cover_everything_once():
    assert threads.split(7, 2) == [(0, 3), (3, 7)]
    assert threads.split(1, 2) == [(0, 1)]
    assert threads.split(0, 2) == []
    assert threads.ranges(2, 7, 2) == [(2, 4), (4, 6), (6, 7)]
