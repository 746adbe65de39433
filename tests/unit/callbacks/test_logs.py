"""LazyLogs: a dict in every respect, whose numbers are read at the first look."""

import copy
import json
import pickle

import numpy as np
import pytest

from keras.callbacks.logs import LazyLogs, plain_number

VALUES = {"loss": np.float32(0.5), "accuracy": np.float32(0.25)}
PLAIN = {"loss": 0.5, "accuracy": 0.25}


class Counted:
    """Logs that count how often their numbers were read."""

    def __init__(self):
        self.reads = 0
        self.logs = LazyLogs(VALUES, self.read)

    def read(self, values):
        self.reads += 1
        return {name: float(value) for name, value in values.items()}


@pytest.fixture
def counted():
    return Counted()


def keywords(**values):
    return values


LOOKS = {
    "item": lambda logs: logs["loss"] == 0.5,
    "get": lambda logs: logs.get("accuracy") == 0.25,
    "items": lambda logs: list(logs.items()) == list(PLAIN.items()),
    "values": lambda logs: list(logs.values()) == [0.5, 0.25],
    "dict": lambda logs: dict(logs) == PLAIN,
    "unpacked": lambda logs: {**logs} == PLAIN,
    "keywords": lambda logs: keywords(**logs) == PLAIN,
    "update": lambda logs: (lambda other: other.update(logs) or other == PLAIN)({}),
    "or": lambda logs: logs | {"x": 1} == {**PLAIN, "x": 1},
    "ror": lambda logs: {"x": 1} | logs == {"x": 1, **PLAIN},
    "copy": lambda logs: logs.copy() == PLAIN and type(logs.copy()) is dict,
    "copy.copy": lambda logs: copy.copy(logs) == PLAIN,
    "deepcopy": lambda logs: copy.deepcopy(logs) == PLAIN,
    "equal": lambda logs: logs == PLAIN,
    "not equal": lambda logs: logs != {},
    "repr": lambda logs: repr(logs) == repr(PLAIN),
    "text": lambda logs: "%(loss).2f {accuracy}".format(**logs) % logs == "0.50 0.25",
    "json": lambda logs: json.loads(json.dumps(logs)) == PLAIN,
    "pickle": lambda logs: pickle.loads(pickle.dumps(logs)) == PLAIN,
    "pop": lambda logs: logs.pop("loss") == 0.5 and "loss" not in logs,
    "popitem": lambda logs: logs.popitem() == ("accuracy", 0.25),
    "setdefault": lambda logs: logs.setdefault("loss", 9.0) == 0.5,
    "sorted": lambda logs: sorted(logs.items()) == sorted(PLAIN.items()),
}


@pytest.mark.parametrize("look", LOOKS)
def test_each_way_to_look_reads_once_and_finds_plain_floats(look, counted):
    assert LOOKS[look](counted.logs)
    assert counted.reads == 1
    assert all(type(value) is float for value in counted.logs.values())
    assert counted.reads == 1


def test_names_and_changes_do_not_read(counted):
    logs = counted.logs
    assert len(logs) == 2 and "loss" in logs and list(logs) == ["loss", "accuracy"] and list(logs.keys()) == list(PLAIN)
    assert bool(logs) and logs.get("other", 3) == 3 and isinstance(logs, dict)
    logs["learning_rate"] = 0.1
    logs["loss"] = 7.0
    logs.update({"x": 1}, y=2)
    logs |= {"z": 3}
    del logs["x"]
    assert counted.reads == 0 and logs.pending
    assert logs == {"loss": 7.0, "accuracy": 0.25, "learning_rate": 0.1, "y": 2, "z": 3}
    assert not logs.pending


def test_what_is_removed_is_not_read_back(counted):
    del counted.logs["loss"]
    assert dict(counted.logs) == {"accuracy": 0.25}
    counted.logs.clear()
    assert counted.logs == {} and counted.logs.get("accuracy") is None


def test_a_missing_name_is_a_key_error(counted):
    for missing in (counted.logs.__getitem__, counted.logs.pop, counted.logs.__delitem__):
        with pytest.raises(KeyError, match="nothing"):
            missing("nothing")


def test_default_reading_and_empty_logs():
    assert LazyLogs(VALUES) == PLAIN
    assert LazyLogs() == {} and not LazyLogs()


def test_plain_numbers():
    values = [np.float32(0.5), np.array([2.0]).reshape(()), 3, True, "text", None, [1, 2]]
    assert [plain_number(value) for value in values] == [0.5, 2.0, 3.0, 1.0, "text", None, [1, 2]]
