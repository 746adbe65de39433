"""Images as arrays, as Pillow images and as files."""

from __future__ import annotations

import io
import pathlib
from typing import Any

import numpy as np

from keras.core import config
from keras.core.config import standardize_data_format
from keras.ops.image import resize

_COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_WIDE_GRAY = ("L", "I;16", "I")


def _pillow(function: str) -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(f"{function} needs Pillow, which is not installed. Run: pip install pillow") from None
    return Image


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """An array as a Pillow image.

    Arguments:
        x: array-like, shape (height, width, channels), or (channels, height, width) with `data_format="channels_first"`; 1, 3 or 4 channels.
        data_format: "channels_last" or "channels_first"; None means the setting of keras.json.
        scale: whether the numbers are moved and stretched to 0..255; else they must lie there already.
        dtype: dtype in which that is done. Default None: the default float.
    Returns: `PIL.Image.Image` of mode L (I for numbers above 255), RGB or RGBA.
    Raises: ValueError if `x` has another rank or number of channels; ImportError without Pillow.
    Source: keras.utils.array_to_img of Keras 3.
    """
    data_format = standardize_data_format(data_format)
    image = _pillow("array_to_img")
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(f"array_to_img(x): got shape {x.shape}. Accepted: one image, (height, width, channels). For a batch write x[0].")
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        largest = np.max(x)
        if largest != 0:
            x = x / largest
        x = x * 255
    channels = x.shape[2]
    if channels == 4:
        return image.fromarray(x.astype("uint8"))
    if channels == 3:
        return image.fromarray(x.astype("uint8"))
    if channels == 1:
        return image.fromarray(x[:, :, 0].astype("int32" if np.max(x) > 255 else "uint8"))
    raise ValueError(
        f"array_to_img(x): got {channels} channels in shape {x.shape}, data_format={data_format!r}. Accepted: 1, 3 or 4. "
        "Write data_format='channels_first' if the channels come first."
    )


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """A Pillow image, or an array of an image, as an array with three axes.

    Arguments:
        img: `PIL.Image.Image`, or array of shape (height, width) or (height, width, channels).
        data_format: where the channels go: "channels_last" or "channels_first"; None means the setting of keras.json.
        dtype: dtype of the result. Default None: the default float.
    Returns: array, shape (height, width, channels) or (channels, height, width); numbers as in the image, not divided by 255.
    Raises: ValueError if the image has another number of axes.
    Example:
        >>> img_to_array(np.zeros((2, 3))).shape
        (2, 3, 1)

    Source: keras.utils.img_to_array of Keras 3.
    """
    data_format = standardize_data_format(data_format)
    x = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim == 2:
        return x.reshape((1, *x.shape) if data_format == "channels_first" else (*x.shape, 1))
    if x.ndim != 3:
        raise ValueError(f"img_to_array(img): got shape {x.shape}. Accepted: (height, width) or (height, width, channels).")
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def save_img(path: Any, x: Any, data_format: str | None = None, file_format: str | None = None, scale: bool = True, **kwargs: Any) -> None:
    """Write an array to an image file.

    Arguments:
        path: text, path, or file object. x: see `array_to_img`. data_format, scale: see there.
        file_format: text such as "png"; None takes it from the ending of the path. kwargs: go to Pillow's `save`.
    Raises: ImportError without Pillow. A fourth channel is dropped with a warning where the format is JPEG.
    Source: keras.utils.save_img of Keras 3.
    """
    image = array_to_img(x, data_format=standardize_data_format(data_format), scale=scale)
    named = str(file_format or (pathlib.Path(path).suffix.lstrip(".") if isinstance(path, (str, pathlib.Path)) else "")).lower()
    if image.mode == "RGBA" and named in ("jpg", "jpeg"):
        image = image.convert("RGB")  # the format has no transparency
    image.save(path, format="jpeg" if file_format == "jpg" else file_format, **kwargs)


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """An image file as a Pillow image.

    Arguments:
        path: text, path, or `io.BytesIO` with the bytes of a file.
        color_mode: "grayscale", "rgb" or "rgba". target_size: (height, width) to resize to, or None.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: whether the middle of the image is cut out in the proportions of `target_size` first.
    Returns: `PIL.Image.Image`; `img_to_array` makes an array of it.
    Raises: FileNotFoundError; TypeError or ValueError for an argument that is not accepted; ImportError without Pillow.
    Source: keras.utils.load_img of Keras 3.
    """
    if color_mode not in _COLOR_MODES:
        raise ValueError(f"load_img(color_mode): got {color_mode!r}. Accepted: {', '.join(map(repr, _COLOR_MODES))}.")
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(f"load_img(interpolation): got {interpolation!r}. Accepted: {', '.join(map(repr, _INTERPOLATIONS))}.")
    if target_size is not None and not (isinstance(target_size, (tuple, list)) and len(target_size) == 2):
        raise ValueError(f"load_img(target_size): got {target_size!r}. Accepted: (height, width). Write target_size=(224, 224).")
    if not isinstance(path, (str, bytes, pathlib.Path, io.BytesIO)):
        raise TypeError(f"load_img(path): got {path!r}. Accepted: a path, or io.BytesIO with the bytes of a file.")
    library = _pillow("load_img")
    if isinstance(path, io.BytesIO):
        image = library.open(path)
    else:
        with open(path, "rb") as file:
            image = library.open(io.BytesIO(file.read()))
    mode = _COLOR_MODES[color_mode]
    if image.mode != mode and not (mode == "L" and image.mode in _WIDE_GRAY):  # 16 bits of gray are kept
        image = image.convert(mode)
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    height, width = target_size
    box = _middle(image.size, width / height) if keep_aspect_ratio else None
    return image.resize((width, height), getattr(library, interpolation.upper()), box=box)


def _middle(size: tuple[int, int], ratio: float) -> tuple[int, int, int, int]:
    """The largest box of a ratio width / height in the middle of an image."""
    width, height = size
    inner_height = min(height, int(width / ratio))
    inner_width = min(width, int(height * ratio))
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    return left, top, left + inner_width, top + inner_height


def smart_resize(x: Any, size: tuple[int, int], interpolation: str = "bilinear", data_format: str = "channels_last", **kwargs: Any) -> Any:
    """Images cut in the middle to the proportions of `size` and then resized: nothing is stretched.

    Arguments:
        x: array or tensor, shape (height, width, channels) or (batch, height, width, channels); channels first with that `data_format`.
        size: (height, width). interpolation: see `keras.ops.image.resize`. data_format: "channels_last" or "channels_first".
    Returns: a NumPy array for a NumPy array, else a tensor.
    Raises: ValueError if `size` has not two numbers, or `x` another rank.
    Example:
        >>> smart_resize(np.ones((5, 7, 3), "float32"), (4, 4)).shape
        (4, 4, 3)

    Source: keras.preprocessing.image.smart_resize of Keras 3.
    """
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"smart_resize(size): got {size!r}. Accepted: (height, width). Write size=(224, 224).")
    shape = tuple(x.shape)
    if len(shape) not in (3, 4):
        raise ValueError(f"smart_resize(x): got shape {shape}. Accepted: (height, width, channels), or a batch of such images.")
    first = len(shape) - (2 if standardize_data_format(data_format) == "channels_first" else 3)
    left, top, right, bottom = _middle((shape[first + 1], shape[first]), size[1] / size[0])
    cut = x[(slice(None),) * first + (slice(top, bottom), slice(left, right))]
    resized = resize(cut, tuple(size), interpolation=interpolation, data_format=data_format, **kwargs)
    return np.asarray(resized) if isinstance(x, np.ndarray) else resized
