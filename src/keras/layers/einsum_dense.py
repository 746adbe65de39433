"""A dense layer whose product is spelled out by an equation."""

from __future__ import annotations

from typing import Any

from keras import regularizers
from keras.core import dims as D
from keras.layers.arguments import keep
from keras.layers.layer import Layer
from keras.layers.low_rank import LowRank
from keras.ops.contraction import einsum, matmul
from keras.ops.elementwise import add
from keras.ops.shaping import reshape, shape_of

SPARE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class EinsumPlan:
    """An equation 'input,kernel->output' for an input shape: letters, sizes, and the kernel's and bias' shapes.

    Arguments:
        equation: text; '...' stands for any axes of the input.
        input_shape: shape of the input, batch first (None for unknown sizes).
        output_shape: sizes of the output's axes after the first; None for those that the input gives.
        bias_axes: letters of the output along which the bias differs, or None.
    """

    def __init__(self, equation: str, input_shape: Any, output_shape: Any, bias_axes: str | None) -> None:
        self.input, self.kernel, self.output = split_equation(equation)
        if "..." in self.input:
            elided = SPARE[: len(input_shape) - len(self.input.replace("...", ""))]
            self.input, self.output = self.input.replace("...", elided), self.output.replace("...", elided)
        if len(self.input) != len(input_shape):
            raise ValueError(
                f"EinsumDense(equation): {equation!r} names {len(self.input)} axes of an input of shape {tuple(input_shape)}. "
                f"Write one letter per axis, or '...'."
            )
        sizes: dict[str, Any] = dict(zip(self.input, input_shape, strict=True))
        wanted = [None] * (len(self.output) - len(output_shape)) + list(output_shape)
        for letter, size in zip(self.output, wanted, strict=True):
            if size is not None:
                if sizes.get(letter) not in (None, size):
                    raise ValueError(
                        f"EinsumDense(output_shape): {letter!r} of {equation!r} is {size} in output_shape "
                        f"and {sizes[letter]} in the input. Write equal sizes, or None."
                    )
                sizes[letter] = size
        unknown = [c for c in self.kernel if sizes.get(c) is None]
        if unknown:
            raise ValueError(
                f"EinsumDense(equation): the size of {unknown[0]!r} in {equation!r} is unknown. "
                f"Write it in output_shape, or Input with a number there."
            )
        self.kernel_shape = tuple(sizes[c] for c in self.kernel)
        self.bias_shape = _bias_shape(equation, self.output, sizes, bias_axes)

    def is_matrix_product(self) -> bool:
        """Whether the last axes of the input meet the first ones of the kernel, so that one matrix product does it."""
        shared = [c for c in self.kernel if c in self.input and c not in self.output]
        count = len(shared)
        return (
            count > 0
            and self.input[-count:] == self.kernel[:count]
            and self.output == self.input[:-count] + self.kernel[count:]
            and len(set(self.output)) == len(self.output)
        )


def split_equation(equation: str) -> tuple[str, str, str]:
    """The letters of input, kernel and output."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or len(terms) != 2 or not terms[1].isalpha():
        raise ValueError(
            f"EinsumDense(equation): got {equation!r}. Accepted: 'input,kernel->output'. "
            f"Write EinsumDense('abc,cd->abd', output_shape=(None, 64))."
        )
    return terms[0], terms[1], output


def _bias_shape(equation: str, output: str, sizes: dict[str, Any], bias_axes: str | None) -> tuple[int, ...] | None:
    if not bias_axes:
        return None
    missing = [c for c in bias_axes if c not in output]
    if missing:
        raise ValueError(
            f"EinsumDense(bias_axes): {missing[0]!r} is not in the output {output!r} of {equation!r}. Write letters of the output."
        )
    first = min(output.index(c) for c in bias_axes)
    return tuple(sizes[c] if c in bias_axes else 1 for c in output[first:])


class EinsumDense(LowRank, Layer):
    """A dense layer over any axes: activation(einsum(equation, inputs, kernel) + bias).

    Arguments:
        equation: text 'input,kernel->output', for example 'abc,cd->abd'; '...' stands for any axes.
        output_shape: int or tuple, the sizes of the output after the batch axis; None for those that follow from the input.
        activation: name or function. Default None.
        bias_axes: letters of the output along which the bias differs. Default None: no bias.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, kernel_constraint, bias_constraint: as in Dense.
        lora_rank, lora_alpha: as in Dense.
    Raises: ValueError if the equation does not fit the input or a size of the kernel is unknown.
    Example:
        >>> EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d")(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    Source: keras.layers.EinsumDense of Keras 3.
    """

    def __init__(
        self, equation: str, output_shape: Any, activation: Any = None, bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None, lora_rank: int | None = None,
        lora_alpha: float | None = None, gptq_unpacked_column_size: Any = None, quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        arguments = {name: value for name, value in locals().items() if name not in ("output_shape", "gptq_unpacked_column_size")}
        keep(self, arguments)
        self._prepare_lora()
        self.partial_output_shape = (output_shape,) if output_shape is None or isinstance(output_shape, int) else tuple(output_shape)
        split_equation(equation)

    def _base_config(self) -> dict[str, Any]:
        regularizer = regularizers.serialize(self.activity_regularizer)
        return {**super()._base_config(), "activity_regularizer": regularizer, "output_shape": self.partial_output_shape}

    def build(self, input_shape: Any) -> None:
        """Make `kernel` and `bias` in the shapes that the equation gives."""
        self._plan = EinsumPlan(self.equation, input_shape, self.partial_output_shape, self.bias_axes)
        self.kernel = self.add_weight(
            shape=self._plan.kernel_shape,
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self._plan.bias_shape is not None:
            self.bias = self.add_weight(
                shape=self._plan.bias_shape,
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._build_lora()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The product, with bias and activation."""
        kernel = self.effective(self.kernel)
        if self._plan.is_matrix_product():
            outputs = _matrix_product(inputs, kernel, len(self._plan.input) + len(self._plan.kernel) - len(self._plan.output))
        else:
            outputs = einsum(f"{self._plan.input},{self._plan.kernel}->{self._plan.output}", inputs, kernel)
        if self.bias is not None:
            outputs = add(outputs, self.bias)
        return self.activation(outputs)


def _matrix_product(x: Any, kernel: Any, twice_shared: int) -> Any:
    """The last axes of x summed with the first ones of the kernel."""
    count = twice_shared // 2
    sizes, widths = shape_of(x), shape_of(kernel)
    flat = reshape(x, (D.product(sizes[:-count]), D.product(sizes[-count:])))
    product = matmul(flat, reshape(kernel, (D.product(widths[:count]), D.product(widths[count:]))))
    return reshape(product, (*sizes[:-count], *widths[count:]))
