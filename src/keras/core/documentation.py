"""Docstrings of ops, completed from their records: what a family's members share is worded once, here.

An op's own docstring has a summary line, perhaps a formula, the arguments that are its own, and examples. From the record
come the arguments that every op of the family has, defaults, what is returned, what is raised, and where the op is from. It happens
when a public name is looked up for the first time, so that a program that reads no documentation does not wait for it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras.core.families import Family

_HEADINGS = ("Arguments", "Returns", "Raises", "Example", "Source")

_OPERAND_DTYPES = {
    "floating": "; integers and booleans are computed in the default float",
    "no_bool": "; booleans count as int32",
    "boolean": "; what is not 0 counts as True",
    "sums": "; integers of fewer than 32 bits are computed in 32",
    "integers_only": ", integers or booleans only",
    "integers_no_bool": ", integers or booleans only, these as int32",
}
_RESULT_DTYPES = {
    "each": ", of the {common}",
    "same": ", of the {common}",
    "floating": ", of the {common} if that is a float, else of the default float",
    "no_bool": ", of the {common} (int32 for booleans)",
    "sums": ", of the {common}, integers of at least 32 bits",
    "integers_only": ", of the {common}",
    "integers_no_bool": ", of the {common} (int32 for booleans)",
}
_RESULTS = {
    "unary": "tensor in the shape of `{first}`",
    "binary": "tensor in the broadcast shape",
    "reduction": "tensor without the axes of `axis` (with size 1 there if `keepdims`)",
    "arg_reduction": "tensor without `axis` (with size 1 there if `keepdims`)",
    "along_axis": "tensor in the shape of `{first}`",
}
_RAISES = {
    "binary": "ValueError if the shapes do not broadcast.",
    "reduction": "ValueError if `axis` is out of range or names an axis twice.",
    "arg_reduction": "ValueError if `axis` is out of range.",
    "along_axis": "ValueError if `axis` is out of range.",
}
_OF_A_FAMILY = {
    ("reduction", "axis"): "int, tuple of int, or None: the axes that are taken together. Default None: all of them.",
    ("arg_reduction", "axis"): "int or None: the axis to search. Default None: the flat tensor.",
}
"""Arguments that mean something particular in a family: (family, argument) -> text."""

_COMMON = {
    "x": "tensor of any shape and dtype.",
    "x1": "tensor of any shape and dtype.",
    "x2": "tensor of any shape and dtype.",
    "xs": "list of tensors.",
    "axis": "int, the axis to work along; negative ones count from the last.",
    "axis=None": "int or None: the axis to work along. Default None: the flat tensor.",
    "keepdims": "bool, whether the axes that are taken together stay, with size 1.",
    "dtype": "name of the dtype of what comes out. Default None: the default float, `keras.config.floatx()`.",
    "shape": "tuple of int, the shape of what comes out.",
    "data_format": "'channels_last' or 'channels_first': whether the channels are the last axis or the one after the batch. "
    "Default None: `keras.config.image_data_format()`.",
    "data_format='channels_last'": "'channels_last' or 'channels_first': whether the channels are the last axis or the one after the batch.",
    "seed": "int, `keras.random.SeedGenerator` or None. An int gives the same numbers at every call. "
    "Default None: the generator behind `keras.utils.set_random_seed`.",
    "strides": "int > 0, or one per spatial axis: how far the window moves from one output to the next.",
    "strides=None": "int > 0, or one per spatial axis: how far the window moves from one output to the next. Default None: `pool_size`.",
    "pool_size": "int > 0, or one per spatial axis: the size of the window.",
    "padding": "'valid' (windows stay inside), 'same' (as many outputs as inputs, over the stride), or for one spatial axis 'causal'.",
    "dilation_rate": "int > 0, or one per spatial axis: the distance in the input between neighbours in the kernel.",
    "from_logits": "bool, whether `output` holds logits instead of probabilities.",
    "epsilon": "float > 0, added inside the root. Default None: `keras.config.epsilon()`.",
    "rtol": "float >= 0, the difference accepted relative to |x2|.",
    "atol": "float >= 0, the difference accepted whatever the size.",
    "equal_nan": "bool, whether NaN is close to NaN.",
    "method": "'linear', 'lower', 'higher', 'midpoint' or 'nearest': what to take between two elements.",
    "data": "tensor, shape (n, ...).",
    "segment_ids": "integer vector of n numbers, the segment of each row; rows of a number outside of 0 to num_segments - 1 are left out.",
    "num_segments": "int, how many segments there are. Default None: the largest number + 1, which a compiled step cannot know.",
    "sorted": "bool, taken for compatibility.",
    "sparse": "bool, taken for compatibility: what comes out is dense.",
    "k": "int, the diagonal: 0 is the main one, positive ones lie above it, negative ones below.",
    "offset": "int, the diagonal: 0 is the main one, positive ones lie above it, negative ones below.",
    "N": "int, the number of rows.",
    "M": "int, the number of columns. Default None: `N`.",
    "start": "number or tensor, the first value.",
    "stop": "number or tensor of a shape that broadcasts with `start`, the last value.",
    "num": "int >= 0, how many values.",
    "endpoint": "bool, whether `stop` is the last value, or the one that would come next.",
    "fft_length": "int > 0, the length of the transform: longer input is cut, shorter input filled with zeros.",
    "sequence_length": "int > 0, the number of elements of a sequence.",
    "sequence_stride": "int > 0, how far a sequence starts after the one before.",
    "window": "'hann', 'hamming', a vector of `sequence_length` factors, or None for ones.",
    "center": "bool, whether the first sequence is centred on the first element; `x` is mirrored at its ends.",
    "indices_or_sections": "int, the number of equal parts, or a list of the indices at which to cut.",
    "inputs": "tensor, shape (batch, *spatial, channels), or (batch, channels, *spatial) with 'channels_first'.",
    "images": "tensor, shape (height, width, channels) or (batch, height, width, channels); with 'channels_first' the channels come "
    "before the height.",
    "block_size": "int > 0, the side of a block.",
    "kernel_size": "int > 0 or two of them: height and width of a window.",
    "dilation": "int > 0 or two of them: the distance between neighbours inside a window.",
    "stride": "int > 0 or two of them: how far a window starts after the one before.",
}
"""Arguments that mean the same wherever they occur."""


def complete(function: Callable[..., Any]) -> None:
    """Fill in the docstring of an op's public function."""
    if getattr(function, "documented", False):
        return
    function.documented = True  # type: ignore[attr-defined]
    record = function.record  # type: ignore[attr-defined]
    sections = _sections(inspect.cleandoc(function.__doc__ or ""))
    family: Family | None = record.family
    sections["Arguments"] = _arguments(function.__wrapped__, family, sections["Arguments"])  # type: ignore[attr-defined]
    sections["Returns"] = sections["Returns"] or _returns(record.parameters, family)
    if family is not None and family.kind:
        sections["Raises"] = sections["Raises"] or _raises(family)
    sections["Source"] = [_source(record, " ".join(line.strip() for line in sections["Source"]))]
    function.__doc__ = _text(sections)


def _sections(text: str) -> dict[str, list[str]]:
    """The lines of a docstring by heading, without the headings; "" has what comes before the first.

    A prompt at the margin begins the example without a heading.
    """
    found: dict[str, list[str]] = {heading: [] for heading in ("", *_HEADINGS)}
    current, indent = "", ""
    for line in text.split("\n"):
        heading, colon, rest = line.partition(":")
        if colon and heading in _HEADINGS:
            current, indent = heading, ""
            if rest:
                found[current].append(rest.strip())
            continue
        if line.startswith(">>> "):
            current, indent = "Example", "    "
        found[current].append(indent + line if line else line)
    for lines in found.values():
        while lines and not lines[-1]:
            lines.pop()
    return found


def _arguments(definition: Callable[..., Any], family: Family | None, own: list[str]) -> list[str]:
    """A line for each parameter in the signature's order: its own, the family's, or the common one; with its default."""
    entries: list[list[str]] = []
    for line in own:
        if line.startswith("     "):
            entries[-1].append(line)
        else:
            entries.append([line])
    described = {name.strip("* "): entry for entry in entries for name in entry[0].partition(":")[0].split(",")}
    operands = family.operands if family is not None and family.kind and isinstance(family.operands, int) else 0
    lines: list[str] = []
    written: list[list[str]] = []
    for place, (name, default) in enumerate(_parameters(definition).items()):
        bare = name.strip("*")
        if bare not in described:
            text = _operand(family, place) if family is not None and place < operands else _shared(family, bare, default)
            described[bare] = [f"    {name}: {text}"]
        entry = described[bare]
        if any(entry is other for other in written):  # it names several parameters
            continue
        written.append(entry)
        if default and "Default" not in " ".join(entry):
            entry[-1] += f" Default {default}."
        lines += entry
    return lines


def _parameters(definition: Callable[..., Any]) -> dict[str, str]:
    """The names of the parameters, starred as in the signature, each with its default as text ("" for none)."""
    code = definition.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[:count])
    defaults = dict(zip(reversed(names[: code.co_argcount]), reversed(definition.__defaults__ or ()), strict=False))
    defaults |= definition.__kwdefaults__ or {}
    starred = list(code.co_varnames[count:])
    if code.co_flags & inspect.CO_VARARGS:
        names.insert(code.co_argcount, "*" + starred.pop(0))
    if code.co_flags & inspect.CO_VARKEYWORDS:
        names.append("**" + starred.pop(0))
    return {name: repr(defaults[name]) if name in defaults else "" for name in names}


def _operand(family: Family, place: int) -> str:
    kind = "tensor or number" if family.kind == "binary" else "tensor of any shape"
    dtypes = _OPERAND_DTYPES.get(family.promote.__name__, " of any dtype" if family.kind == "binary" else " and dtype")
    return f"{kind}{dtypes}{'; the shapes broadcast' if family.kind == 'binary' and place else ''}."


def _shared(family: Family | None, name: str, default: str) -> str:
    of_the_family = _OF_A_FAMILY.get((family.kind if family else "", name))
    return of_the_family or _COMMON.get(f"{name}={default}") or _COMMON.get(name, "")


def _returns(parameters: Sequence[str], family: Family | None) -> list[str]:
    first = parameters[0]
    if family is not None and family.kind:
        common = "operands' common dtype" if family.kind == "binary" else f"dtype of `{first}`"
        dtype = f", {family.out}" if family.out else _RESULT_DTYPES[family.promote.__name__].format(common=common)
        return [_RESULTS[family.kind].format(first=first) + dtype + "."]
    if {"shape", "dtype"} <= set(parameters):
        return ["tensor of that shape and dtype."]
    return ["tensor in the shape and of the dtype of `images`."] if first == "images" else []


def _raises(family: Family) -> list[str]:
    found = _RAISES.get(family.kind, "")
    if family.promote.__name__ in ("integers_only", "integers_no_bool"):
        found = f"TypeError for floats; {found}" if found else "TypeError for floats."
    return [found] if found else []


def _source(record: Any, own: str) -> str:
    """The given source, NumPy's function of that name, and Keras."""
    package = "keras.random" if record.category == "random" else "keras.ops"
    if not own and record.category == "numpy" and hasattr(np, record.name):
        own = f"numpy.{record.name}."
    return own if "keras." in own else f"{own[:-1]}; {package}.{record.name} of Keras 3." if own else f"{package}.{record.name} of Keras 3."


def _text(sections: dict[str, list[str]]) -> str:
    lines = sections[""]
    if any(sections[heading] for heading in _HEADINGS):
        lines = [*lines, ""]
    for heading in _HEADINGS:
        content = sections[heading]
        if heading in ("Arguments", "Example"):
            lines += [f"{heading}:", *content] if content else []
        elif content:
            lines += [f"{heading}: {content[0].strip()}", *content[1:]]
    return "\n".join(lines) + "\n"
