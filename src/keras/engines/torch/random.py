"""Random numbers from a key of two words: on the CPU those of the numpy engine, bit for bit; on other devices by a torch generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from keras.engines.torch.dtypes import TORCH_DTYPES
from keras.kernels import philox

Tensor = torch.Tensor
_WIDE = {torch.float32: np.float32, torch.float64: np.float64}


def generator_of(key: Tensor) -> torch.Generator:
    """A generator for this key alone; the words are mixed, as neighbouring seeds of Mersenne twisters give related numbers."""
    seed, counter = (int(word) for word in key.tolist())
    mixed = (seed << 32 | counter) * 0x9E3779B97F4A7C15 & (2**64 - 1)
    mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    generator = torch.Generator(key.device)
    generator.manual_seed((mixed ^ mixed >> 32) & (2**63 - 1))
    return generator


def _drawn(on_host: Callable[..., np.ndarray], on_device: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A kernel from a function of (seed, counter, shape, *options, dtype) and one of (tensor to fill, generator, *options)."""

    def kernel(key: Tensor, shape: Any, dtype: str, **options: Any) -> Tensor:
        wanted = TORCH_DTYPES[dtype]
        wide = wanted if wanted in _WIDE else torch.float32
        if type(key) is not Tensor:  # a fake one
            return torch.empty(tuple(shape), dtype=wanted)
        if key.device.type == "cpu":
            made = torch.from_numpy(on_host(*key.tolist(), tuple(shape), *options.values(), _WIDE[wide]))
        else:
            made = on_device(torch.empty(tuple(shape), dtype=wide, device=key.device), generator_of(key), *options.values())
        return made if wanted is wide else made.to(wanted)

    return kernel


def _mask(out: Tensor, generator: torch.Generator, rate: float) -> Tensor:
    kept = out.bernoulli_(1.0 - rate, generator=generator)
    return kept if rate >= 1 else kept.mul_(1.0 / (1.0 - rate))


uniform = _drawn(philox.uniform, lambda out, generator: out.uniform_(generator=generator))
normal = _drawn(philox.normal, lambda out, generator: out.normal_(generator=generator))
truncated_normal = _drawn(
    philox.truncated_normal, lambda out, generator: torch.nn.init.trunc_normal_(out, 0.0, 1.0, -2.0, 2.0, generator=generator)
)
mask = _drawn(philox.dropout_mask, _mask)
"""0 with probability `rate`, else 1 / (1 - rate)."""


def integers(key: Tensor, shape: Any, low: int, high: int, dtype: str) -> Tensor:
    """Integers from `low` to `high` - 1."""
    if high <= low:
        raise ValueError(f"keras.random.randint(minval, maxval): got {low} and {high}. Accepted: minval < maxval.")
    return torch.randint(low, high, tuple(shape), generator=generator_of(key), device=key.device).to(TORCH_DTYPES[dtype])
