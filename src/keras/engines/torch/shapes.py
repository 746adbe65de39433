"""Abstract evaluation: what torch code gives for symbols, found with fake tensors, which have shapes and dtypes and no numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

import torch

from keras.core import tree
from keras.core.abstract import by_two_sizes
from keras.core.state import StateScope
from keras.core.tensor import Spec
from keras.engines.torch.dtypes import NAMES, TORCH_DTYPES

Tensor = torch.Tensor
_is_fake: ContextVar[bool] = ContextVar("fake_tensors", default=False)


def eval_shape(function: Callable[..., Any], *symbols: Any) -> Any:
    """The symbols that `function` returns for symbols; what it assigns to variables is forgotten."""
    from torch._subclasses import fake_tensor

    def evaluate(*specs: Any) -> Any:
        token = _is_fake.set(True)
        try:
            with fake_tensor.FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad(), StateScope():
                given = tree.map_structure(_fake, list(specs))
                return tree.map_structure(lambda x: Spec(tuple(x.shape), NAMES[x.dtype]) if isinstance(x, Tensor) else x, function(*given))
        except (fake_tensor.DataDependentOutputException, fake_tensor.DynamicOutputShapeException) as error:
            raise TypeError(f"the numbers are not known here ({error})") from None
        finally:
            _is_fake.reset(token)

    return by_two_sizes(evaluate, symbols)


def _fake(x: Any) -> Any:
    return torch.empty(x.dims, dtype=TORCH_DTYPES[x.dtype]) if isinstance(x, Spec) else x


def concretely() -> AbstractContextManager[Any]:
    """Context in which tensors have numbers, also inside of an abstract evaluation: new variables are made there."""
    if not _is_fake.get():
        return nullcontext()
    from torch._subclasses.fake_tensor import unset_fake_temporarily

    return unset_fake_temporarily()
