"""`check_layer`: the checks that the library's own layers pass, for layers that users write."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from keras.core import tree
from keras.layers.layer import Layer
from keras.testing.layer_checks import CHECKS, Check
from keras.testing.report import CheckFailed, CheckSkipped, Finding, LayerCheckError, Report
from keras.testing.specimen import Specimen, restored


def check_layer(
    layer: Layer,
    inputs: Any,
    *,
    call_arguments: dict[str, Any] | None = None,
    batch_independent: bool = True,
    skip: Collection[str] = (),
    tolerance: float = 1e-5,
    raise_on_failure: bool = False,
) -> Report:
    """A report on a layer: does it build, train, compile, save its config, and keep to what Keras expects?

    Checks, in order: `builds`, `modes` (training and inference run), `inference` (repeats itself), `inputs` (are not changed), `spec` and
    `spec_unknown_batch` (symbols and values agree), `compiled` (equals eager), `samples` (each by itself), `config` (makes an equal layer),
    `gradient` (of sum(output**2), against finite differences in float64), `masks` (are accepted), `mixed_precision` (is respected).

    Arguments:
        layer: the layer; it is built if it is not. Its weights are as before afterwards.
        inputs: array, or list, tuple or dict of arrays: the first argument of `call`, batch first. Two samples or more, not all alike.
        call_arguments: further arguments of `call`, by name.
        batch_independent: whether each sample is computed by itself; False for layers that mix the samples of a batch.
        skip: names of checks to leave out, for example `("gradient",)` for a layer that stops gradients on purpose.
        tolerance: relative and absolute difference that is allowed where two ways of computing are compared. Default 1e-5, for float32.
        raise_on_failure: whether failures are raised, for use in a test. Default False: they are in the report.
    Returns: the report; `str(report)` is a table, `report.ok` says whether nothing failed, `report["gradient"]` is one finding.
    Raises: TypeError if `layer` is no layer or `inputs` holds something else than arrays; ValueError if `skip` names an unknown check;
        LayerCheckError (an AssertionError) with `raise_on_failure`.
    Example:
        >>> report = keras.testing.check_layer(keras.layers.Dense(3), np.ones((2, 4), "float32"))
        >>> report.ok, report["gradient"].status, report["masks"].status
        (True, 'passed', 'skipped')
    """
    _check_arguments(layer, inputs, skip)
    specimen = Specimen(layer, inputs, call_arguments or {}, batch_independent, tolerance)
    findings: list[Finding] = []
    with restored(layer):
        for check in CHECKS:
            if findings and findings[0].status == "failed":
                findings.append(Finding(check.name, "skipped", "it does not build"))
            elif check.name in skip:
                findings.append(Finding(check.name, "skipped", "left out by skip="))
            else:
                findings.append(_finding(check, specimen))
    report = Report(specimen.name, findings)
    if raise_on_failure and not report.ok:
        raise LayerCheckError(report)
    return report


def _finding(check: Check, specimen: Specimen) -> Finding:
    """What one check found; an error in the layer is a finding, too."""
    try:
        check.function(specimen)
    except CheckSkipped as reason:
        return Finding(check.name, "skipped", str(reason))
    except CheckFailed as failure:
        return Finding(check.name, "failed", str(failure))
    except Exception as error:
        return Finding(check.name, "failed", f"{type(error).__name__}: {error}")
    return Finding(check.name, "passed", check.function.__doc__ or "")


def _check_arguments(layer: Any, inputs: Any, skip: Collection[str]) -> None:
    if not isinstance(layer, Layer):
        raise TypeError(f"check_layer(layer): got {layer!r}. Accepted: a layer object. Write check_layer(MyLayer(8), inputs).")
    wrong = [x for x in tree.leaves(inputs) if not isinstance(x, np.ndarray) or x.ndim == 0]
    if wrong or not list(tree.leaves(inputs)):
        raise TypeError(
            f"check_layer(inputs): got {(wrong or [inputs])[0]!r}. Accepted: a NumPy array (batch, ...), or a list, tuple or dict of them. "
            'Write np.random.default_rng(0).normal(size=(2, 4)).astype("float32").'
        )
    names = [check.name for check in CHECKS]
    unknown = [name for name in ([skip] if isinstance(skip, str) else skip) if name not in names]
    if unknown or isinstance(skip, str):
        raise ValueError(f"check_layer(skip): got {skip!r}. Accepted: a tuple of {', '.join(map(repr, names))}. Write skip=('gradient',).")
