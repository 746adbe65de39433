"""The mark of tests that need real data and some seconds."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes some seconds; leave out with -m 'not slow'")
