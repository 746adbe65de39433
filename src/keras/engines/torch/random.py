"""Random numbers from a key of two words, by a torch generator that the key seeds."""

from __future__ import annotations

from typing import Any

import torch

from keras.engines.torch.dtypes import TORCH_DTYPES

Tensor = torch.Tensor
_WIDE = (torch.float32, torch.float64)


def generator_of(key: Tensor) -> torch.Generator:
    """A generator for this key alone; the words are mixed, as neighbouring seeds of Mersenne twisters give related numbers."""
    seed, counter = (int(word) for word in key.tolist())
    mixed = (seed << 32 | counter) * 0x9E3779B97F4A7C15 & (2**64 - 1)
    mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    generator = torch.Generator(key.device)
    generator.manual_seed((mixed ^ mixed >> 32) & (2**63 - 1))
    return generator


def _empty(key: Tensor, shape: Any, dtype: str) -> Tensor:
    wanted = TORCH_DTYPES[dtype]
    return torch.empty(tuple(shape), dtype=wanted if wanted in _WIDE else torch.float32, device=key.device)


def uniform(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers in [0, 1)."""
    return _empty(key, shape, dtype).uniform_(generator=generator_of(key)).to(TORCH_DTYPES[dtype])


def normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution."""
    return _empty(key, shape, dtype).normal_(generator=generator_of(key)).to(TORCH_DTYPES[dtype])


def truncated_normal(key: Tensor, shape: Any, dtype: str) -> Tensor:
    """Numbers of the standard normal distribution between -2 and 2."""
    return torch.nn.init.trunc_normal_(_empty(key, shape, dtype), 0.0, 1.0, -2.0, 2.0, generator=generator_of(key)).to(TORCH_DTYPES[dtype])


def mask(key: Tensor, shape: Any, rate: float, dtype: str) -> Tensor:
    """0 with probability `rate`, else 1 / (1 - rate)."""
    kept = _empty(key, shape, dtype).bernoulli_(1.0 - rate, generator=generator_of(key))
    return (kept if rate >= 1 else kept.mul_(1.0 / (1.0 - rate))).to(TORCH_DTYPES[dtype])


def integers(key: Tensor, shape: Any, low: int, high: int, dtype: str) -> Tensor:
    """Integers from `low` to `high` - 1."""
    if high <= low:
        raise ValueError(f"keras.random.randint(minval, maxval): got {low} and {high}. Accepted: minval < maxval.")
    return torch.randint(low, high, tuple(shape), generator=generator_of(key), device=key.device).to(TORCH_DTYPES[dtype])
