"""Low-rank adaptation: a large weight stays fixed, and the product of two small trained matrices is added to it."""

from __future__ import annotations

from typing import Any

from keras.ops.contraction import matmul
from keras.ops.elementwise import add, multiply


class LowRank:
    """What Dense, EinsumDense, Embedding and convolutions share for `lora_rank`.

    effective weight = weight + lora_alpha / lora_rank * (a @ b)

    Source: Hu et al. 2021; `enable_lora` of Keras 3.
    """

    adapted_weight = "kernel"
    lora_rank: int | None
    lora_alpha: float | None
    lora_a: Any = None
    lora_b: Any = None

    def _prepare_lora(self: Any) -> None:
        self.lora_enabled = False
        if self.lora_rank is not None and self.lora_alpha is None:
            self.lora_alpha = self.lora_rank
        if self.quantization_config is not None:
            raise NotImplementedError(
                f"{type(self).__name__}(quantization_config): quantized layers are not available. Leave quantization_config out."
            )

    def get_config(self: Any) -> dict[str, Any]:
        """The constructor's arguments; those of low-rank adaptation only where it is used."""
        config = super().get_config()  # type: ignore[misc]
        if self.lora_rank is None:
            config.pop("lora_rank", None)
            config.pop("lora_alpha", None)
        return config

    def _build_lora(self: Any) -> None:
        if self.lora_rank is not None:
            self.enable_lora(self.lora_rank, lora_alpha=self.lora_alpha)

    def enable_lora(
        self: Any, rank: int, a_initializer: Any = "he_uniform", b_initializer: Any = "zeros", lora_alpha: float | None = None
    ) -> None:
        """Fix the weight and train `a` (..., rank) and `b` (rank, last size) beside it.

        Arguments:
            rank: int > 0, the inner size of the product. a_initializer, b_initializer: name or object.
            lora_alpha: float, the product counts lora_alpha / rank times. Default: the rank.
        Raises: ValueError if the layer is not built or adapted already.
        """
        if self.lora_enabled:
            raise ValueError(f"{type(self).__name__} {self.name!r}: enable_lora was called before. Make a new layer for another rank.")
        weight = getattr(self, self.adapted_weight, None)
        if weight is None:
            raise ValueError(f"{type(self).__name__} {self.name!r}: enable_lora needs a built layer. Write layer.build((None, 8)) first.")
        self.lora_a = self.add_weight(shape=(*weight.shape[:-1], rank), name=f"lora_{self.adapted_weight}_a", initializer=a_initializer)
        self.lora_b = self.add_weight(shape=(rank, weight.shape[-1]), name=f"lora_{self.adapted_weight}_b", initializer=b_initializer)
        setattr(self, f"lora_{self.adapted_weight}_a", self.lora_a)
        setattr(self, f"lora_{self.adapted_weight}_b", self.lora_b)
        weight.trainable = False
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha
        self.lora_enabled = True

    def effective(self: Any, weight: Any) -> Any:
        """The weight with the product added, if there is one."""
        if not self.lora_enabled:
            return weight
        return add(weight, multiply(matmul(self.lora_a, self.lora_b), self.lora_alpha / self.lora_rank))
