"""Dtype policies of layers with quantized weights: how the weights are quantized, and the policy that the layer had before."""

from __future__ import annotations

from typing import Any

from keras.core.dtype_policy import DTypePolicy, dtypes_of, get

MODES = ("int8", "float8", "int4", "gptq", "awq")


class QuantizedDTypePolicy(DTypePolicy):
    """The dtypes of a layer whose weights are quantized.

    Arguments:
        mode: 'int8', 'float8', 'int4', or 'gptq' and 'awq' in their own classes.
        source_name: name of the policy in which the layer computes; None means the global policy's.
    Attributes: those of `DTypePolicy`; quantization_mode is the mode.
    Raises: ValueError if the mode is unknown, or an integer mode is to compute in float16, whose range it leaves.
    Example:
        >>> policy = QuantizedDTypePolicy("int8", "float32")
        >>> policy.name, policy.compute_dtype, policy.quantization_mode
        ('int8_from_float32', 'float32', 'int8')

    Source: keras.dtype_policies.QuantizedDTypePolicy of Keras 3.
    """

    _format = ""

    def __init__(self, mode: str, source_name: str | None = None) -> None:
        source = get(None).name if source_name is None else source_name
        self.mode_name = mode
        self.quantization_mode = self._parsed(mode)
        self.name = f"{mode}_from_{source}"
        self.source_name = source
        self.compute_dtype, self.variable_dtype = dtypes_of(source)
        if self.quantization_mode in ("int8", "int4") and self.compute_dtype == "float16":
            raise ValueError(
                f"{type(self).__name__}(source_name): got {source!r}; the products of {self.quantization_mode} weights do not fit in float16. "
                "Write source_name='mixed_bfloat16' or 'float32'."
            )

    def _parsed(self, mode: str) -> str:
        """The mode's first word; a class with numbers in its mode keeps them."""
        if mode not in MODES:
            raise ValueError(f"{type(self).__name__}(mode): got {mode!r}. Accepted: {', '.join(map(repr, MODES))}.")
        return mode

    def _numbers(self, mode: str, word: str, count: int) -> list[int]:
        parts = str(mode).split("/")
        if parts[0] != word or len(parts) != count + 1 or not all(part.lstrip("-").isdecimal() for part in parts[1:]):
            raise ValueError(f"{type(self).__name__}(mode): got {mode!r}. Accepted: the form {self._format!r}.")
        return [int(part) for part in parts[1:]]

    @staticmethod
    def named(name: str) -> QuantizedDTypePolicy:
        """The policy of a name such as 'int8_from_float32' or 'gptq/4/128_from_mixed_bfloat16'."""
        mode, _, source = name.partition("_from_")
        kinds: dict[str, type[QuantizedDTypePolicy]] = {
            "float8": QuantizedFloat8DTypePolicy,
            "gptq/": GPTQDTypePolicy,
            "awq/": AWQDTypePolicy,
            "int4/": Int4DTypePolicy,
        }
        found = next((cls for start, cls in kinds.items() if mode.startswith(start)), QuantizedDTypePolicy)
        return found(mode, source)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"mode": self.mode_name, "source_name": self.source_name}


class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """The dtypes of a layer that multiplies in float8, scaled by the largest numbers of the last steps.

    Arguments:
        mode: 'float8'. source_name: see `QuantizedDTypePolicy`.
        amax_history_length: int > 0, steps whose largest numbers are remembered. Default 1024.
    Example:
        >>> QuantizedFloat8DTypePolicy("float8", "mixed_bfloat16").amax_history_length
        1024

    Source: keras.dtype_policies.QuantizedFloat8DTypePolicy of Keras 3; Micikevicius et al. 2022.
    """

    def __init__(self, mode: str, source_name: str | None = None, amax_history_length: int = 1024) -> None:
        super().__init__(mode, source_name)
        if not isinstance(amax_history_length, int) or amax_history_length < 1:
            raise ValueError(f"QuantizedFloat8DTypePolicy(amax_history_length): got {amax_history_length!r}. Accepted: an integer > 0.")
        self.amax_history_length = amax_history_length

    def _parsed(self, mode: str) -> str:
        if mode != "float8":
            raise ValueError(f"QuantizedFloat8DTypePolicy(mode): got {mode!r}. Accepted: 'float8'.")
        return mode

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "amax_history_length": self.amax_history_length}


class Int4DTypePolicy(QuantizedDTypePolicy):
    """The dtypes of a layer with 4-bit integer weights that share a scale in blocks.

    Arguments:
        mode: 'int4/<block_size>', for example 'int4/128'; -1 is one scale per channel. source_name: see `QuantizedDTypePolicy`.
    Example:
        >>> Int4DTypePolicy("int4/128").block_size
        128

    Source: keras.dtype_policies.Int4DTypePolicy of Keras 3.
    """

    _format = "int4/<block_size>"

    def _parsed(self, mode: str) -> str:
        (self.block_size,) = self._numbers(mode, "int4", 1)
        if self.block_size < -1 or self.block_size == 0:
            raise ValueError(f"Int4DTypePolicy(mode): got {mode!r}. Accepted: a block size > 0, or -1 for whole channels.")
        return "int4"


class GPTQDTypePolicy(QuantizedDTypePolicy):
    """The dtypes of a layer whose weights were quantized by GPTQ.

    Arguments:
        mode: 'gptq/<weight_bits>/<group_size>', for example 'gptq/4/128'; bits 2, 3, 4 or 8, group size -1 for whole channels.
        source_name: see `QuantizedDTypePolicy`.
    Example:
        >>> policy = GPTQDTypePolicy("gptq/4/128")
        >>> policy.weight_bits, policy.group_size
        (4, 128)

    Source: keras.dtype_policies.GPTQDTypePolicy of Keras 3; Frantar et al. 2023.
    """

    _format = "gptq/<weight_bits>/<group_size>"
    _bits: tuple[int, ...] = (2, 3, 4, 8)
    _word = "gptq"

    def _parsed(self, mode: str) -> str:
        self.weight_bits, self.group_size = self._numbers(mode, self._word, 2)
        if self.weight_bits not in self._bits or self.group_size < -1 or self.group_size == 0:
            raise ValueError(
                f"{type(self).__name__}(mode): got {mode!r}. Accepted: weight bits of {', '.join(map(str, self._bits))}, "
                "and a group size > 0, or -1 for whole channels."
            )
        return self._word


class AWQDTypePolicy(GPTQDTypePolicy):
    """The dtypes of a layer whose weights were quantized by AWQ, to 4 bits.

    Arguments:
        mode: 'awq/4/<group_size>', for example 'awq/4/128'. source_name: see `QuantizedDTypePolicy`.
    Example:
        >>> AWQDTypePolicy("awq/4/128").quantization_mode
        'awq'

    Source: keras.dtype_policies.AWQDTypePolicy of Keras 3; Lin et al. 2024.
    """

    _format = "awq/4/<group_size>"
    _bits = (4,)
    _word = "awq"
