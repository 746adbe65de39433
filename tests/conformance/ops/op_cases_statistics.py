"""Cases of averages, quantiles, counts and reductions without NaN."""

import numpy as np
from op_table import array, booleans, case, floats, integers, positive

X, CUBE = floats(3, 4), floats(2, 3, 4)
HOLES = array(np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, floats(3, 4)))

case("average", X, oracle=np.average, zero=False)
case("average", X, axis=1, weights=positive(4), oracle=np.average)
case("average", X, axis=0, weights=positive(3, 4), oracle=np.average, zero=False, batch=())
case("ptp", CUBE, axis=-1, oracle=np.ptp)
case("ptp", CUBE, oracle=np.ptp, zero=False)
case("diff", CUBE, oracle=np.diff)
case("diff", CUBE, n=2, axis=1, oracle=np.diff)
case("diff", booleans(3, 4), oracle=np.diff)
case("trapezoid", X, oracle=np.trapezoid)
case("trapezoid", X, dx=0.5, axis=0, oracle=np.trapezoid, zero=False, batch=())
case("trapezoid", X, x=array([0.0, 1, 3, 4]), oracle=np.trapezoid)
case("corrcoef", X, oracle=np.corrcoef, batch=())
case("cumprod", CUBE, axis=1, oracle=np.cumprod)
case("cumprod", X, oracle=np.cumprod)
case("running_product", CUBE, axis=-1, oracle=np.cumprod)
for name, oracle in [("median", np.median), ("nanmedian", np.nanmedian)]:
    for axis in (None, 0, 1, (0, 2)):
        case(name, CUBE, axis=axis, keepdims=axis == 1, oracle=oracle, label=f"axis{axis}".replace(" ", ""), zero=False)
for name, oracle, scale in [("quantile", np.quantile, 1), ("percentile", np.percentile, 100), ("nanquantile", np.nanquantile, 1), ("nanpercentile", np.nanpercentile, 100)]:
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        case(name, CUBE, 0.3 * scale, axis=1, method=method, oracle=oracle, label=method)
    levels = array([0.0, 0.45, 1.0]) * np.float32(scale)
    levels.setflags(write=False)
    case(name, X, levels, axis=1, keepdims=True, oracle=oracle, label="several", batch=(0,), differentiable=False, rtol=1e-5)
    case(name, X, 0.25 * scale, oracle=oracle, label="flat", zero=False)
case("median", HOLES, axis=1, oracle=np.median, label="nan", differentiable=False)
case("nanmedian", HOLES, axis=1, oracle=np.nanmedian, label="nan", differentiable=False)
case("nanquantile", HOLES, 0.3, axis=0, oracle=np.nanquantile, label="nan", differentiable=False, zero=False)
for name, oracle in [
    ("nansum", np.nansum), ("nanprod", np.nanprod), ("nanmean", np.nanmean), ("nanvar", np.nanvar), ("nanstd", np.nanstd), ("nanmax", np.nanmax),
    ("nanmin", np.nanmin), ("nanargmax", np.nanargmax), ("nanargmin", np.nanargmin), ("nancumsum", np.nancumsum), ("nancumprod", np.nancumprod),
]:  # fmt: skip
    case(name, X, axis=1, oracle=oracle)
    case(name, HOLES, axis=1, oracle=oracle, differentiable=False, rtol=1e-5)
    case(name, HOLES, oracle=oracle, differentiable=False, zero=False, rtol=1e-5)
case("nanmax", array([[np.nan, np.nan]]), axis=1, oracle=lambda x, axis: np.array([np.nan]), differentiable=False, label="nothing")
case("nanargmax", array([[np.nan, np.nan]]), axis=1, oracle=lambda x, axis: np.array([-1]), differentiable=False, label="nothing")
case("nansum", integers(3, 4), axis=1, oracle=np.sum)
case("nanmax", integers(3, 4), axis=1, oracle=np.max)
case("bincount", integers(9), oracle=np.bincount, dynamic=True)
case("bincount", integers(9), minlength=5, oracle=np.bincount, batch=(), dynamic=True)
case("bincount", integers(9), weights=positive(9), minlength=8, oracle=np.bincount, batch=(), dynamic=True)
case("bincount", integers(2, 6), minlength=3, oracle=lambda x, minlength: np.stack([np.bincount(r, minlength=x.max() + 1) for r in x]), batch=(), dynamic=True)
case("histogram", X, bins=5, oracle=lambda x, bins: np.histogram(x.astype("f4"), bins), batch=())
case("histogram", X, bins=4, range=(-1.0, 1.5), oracle=np.histogram, batch=())
case("histogram", array([2.0, 2.0]), bins=2, oracle=np.histogram, batch=(), differentiable=False)
case("digitize", X, array([-1.0, 0.0, 1.0]), oracle=np.digitize, batch=(0,))
case("searchsorted", array([1.0, 2.0, 2.0, 3.0]), array([[2.0, 0.0], [9.0, 2.5]]), oracle=np.searchsorted, batch=())
case("searchsorted", array([1, 2, 2, 3], "int32"), array([2, 0, 9], "int32"), side="right", oracle=np.searchsorted, batch=())
case("argpartition", X, 2, oracle=lambda x, kth: np.argsort(x))
case("isin", integers(3, 4), array([1, 3], "int32"), oracle=np.isin, batch=(0,))
case("isin", integers(3, 4), array([1, 3], "int32"), invert=True, oracle=np.isin, batch=(0,))
case("allclose", X, X, oracle=np.allclose)
case("allclose", X, floats(3, 4, salt="b"), oracle=np.allclose)
case("psnr", X, floats(3, 4, salt="b"), 2.0, oracle=lambda a, b, m: 20 * np.log10(m) - 10 * np.log10(((a - b) ** 2).mean()), zero=False, rtol=1e-5)
case("cdist", X, floats(5, 4, salt="b"), oracle=lambda a, b: np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1)), batch=(0,))

