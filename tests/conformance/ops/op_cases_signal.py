"""Cases of Fourier transforms and short-time spectra."""

from __future__ import annotations

from typing import Any

import numpy as np
from op_table import array, case, floats, integers

X, Y, LINE = floats(3, 8), floats(3, 8, salt="i"), floats(2, 20)
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def _parts(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return z.real, z.imag


case("fourier", X, Y, inverse=False, oracle=lambda a, b, inverse: _parts(np.fft.fft(a + 1j * b)), **CLOSE)
case("fourier", X, Y, inverse=True, oracle=lambda a, b, inverse: _parts(np.fft.ifft(a + 1j * b)), **CLOSE)
case("fft", (X, Y), oracle=lambda p: _parts(np.fft.fft(p[0] + 1j * p[1])), **CLOSE)
case("fft2", (X, Y), oracle=lambda p: _parts(np.fft.fft2(p[0] + 1j * p[1])), **CLOSE)
case("ifft2", (X, Y), oracle=lambda p: _parts(np.fft.ifft2(p[0] + 1j * p[1])), **CLOSE)
for length in (None, 6, 7, 11):
    case("rfft", X, fft_length=length, oracle=lambda x, fft_length: _parts(np.fft.rfft(x, fft_length)), label=f"{length}", **CLOSE)
    case(
        "irfft",
        (X[:, :5], Y[:, :5]),
        fft_length=length,
        oracle=lambda p, fft_length: np.fft.irfft(p[0] + 1j * p[1], fft_length),
        label=f"{length}",
        **CLOSE,
    )
case("extract_sequences", LINE, 6, 3, oracle=lambda x, n, s: np.lib.stride_tricks.sliding_window_view(x, n, axis=-1)[:, ::s])


def _stft(x: np.ndarray, length: int, stride: int, size: int, center: bool = True, window: Any = "hann") -> tuple[np.ndarray, np.ndarray]:
    x = np.pad(x, ((0, 0), (size // 2, size // 2)), mode="reflect") if center else x
    values = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length) if window == "hann" else np.ones(length)
    before = (size - length) // 2
    full = np.pad(values, (before, size - length - before))
    return _parts(np.fft.rfft(np.lib.stride_tricks.sliding_window_view(x, size, axis=-1)[:, ::stride] * full))


case("stft", LINE, 6, 3, 8, oracle=_stft, **CLOSE)
case("stft", LINE, 6, 2, 6, center=False, window=None, oracle=_stft, **CLOSE)
SPECTRUM = tuple(p.astype("float32") for p in _stft(LINE, 8, 2, 8))
case("istft", SPECTRUM, 8, 2, 8, oracle=lambda p, *_: LINE, label="inverse", differentiable=False, **CLOSE)
case("istft", SPECTRUM, 8, 2, 8, length=15, oracle=lambda p, *_, length: LINE[:, :15], label="length", **CLOSE)

for mode in ("valid", "same", "full"):
    for sizes in ((5, 3), (3, 5), (4, 4), (1, 1), (6, 2), (2, 7)):
        case(
            "correlate", floats(sizes[0]), floats(sizes[1], salt="v"), mode=mode, oracle=np.correlate, batch=(), label=f"{mode}{sizes[0]}-{sizes[1]}",
        )  # fmt: skip
case("correlate", integers(5, low=-3), integers(2, low=-3), mode="full", oracle=np.correlate, batch=())
case(
    "correlate",
    array([1 + 2j, 3 - 1j, 2.0], "complex64"),
    array([0.5j, 1.0], "complex64"),
    oracle=np.correlate,
    batch=(),
    differentiable=False,
)
case("i0", floats(4, 5, low=-8, high=8), oracle=np.i0)
case("i0", array([0.0, 11.9, 12.1, -40.0, 80.0]), oracle=np.i0, differentiable=False)
