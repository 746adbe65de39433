"""Send the logs to a server."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings
from typing import Any

import numpy as np

from keras.callbacks.callback import Callback
from keras.callbacks.logs import plain_number

_TIMEOUT = 10.0  # seconds: training goes on without the server


class RemoteMonitor(Callback):
    """Sends the logs of each epoch, with its number as `epoch`, to a server by HTTP POST.

    Arguments:
        root: str, http or https address of the server.
        path: str, path on the server.
        field: str, name of the form's field that holds the JSON text.
        headers: dict of additional HTTP headers.
        send_as_json: bool, whether the body is the JSON text itself instead of a form.

    Raises:
        ValueError: if `root` is not an http or https address.

    Example:
        >>> RemoteMonitor(root="http://localhost:9000").url
        'http://localhost:9000/publish/epoch/end/'

    Source: keras.callbacks.RemoteMonitor of Keras 3.15, which needs the package requests.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if urllib.parse.urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(f"The 'root' argument of RemoteMonitor must be an http or https address. Got {root!r} instead.")
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    @property
    def url(self) -> str:
        """Where the logs go."""
        return self.root + self.path

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        text = json.dumps({"epoch": epoch, **{name: _jsonable(value) for name, value in (logs or {}).items()}})
        if self.send_as_json:
            body, kind = text, "application/json"
        else:
            body, kind = urllib.parse.urlencode({self.field: text}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **(self.headers or {})}
        request = urllib.request.Request(self.url, data=body.encode(), headers=headers, method="POST")
        try:
            urllib.request.urlopen(request, timeout=_TIMEOUT).close()
        except (urllib.error.URLError, OSError) as error:
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}: {error}", stacklevel=2)


def _jsonable(value: Any) -> Any:
    value = plain_number(value)
    return value if isinstance(value, (str, float)) or value is None else np.asarray(value).tolist()
