"""What a series of checks found, as a table of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from keras.utils.text_table import wrapped

WIDTH = 120


class CheckFailed(Exception):
    """A property does not hold; the text says what was seen and what mends it."""


class CheckSkipped(Exception):
    """A property cannot be looked at here; the text says why."""


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: its name, as in `skip`. status: `passed`, `failed` or `skipped`. text: what was seen; for a passed check, what holds.
    """

    check: str
    status: Literal["passed", "failed", "skipped"]
    text: str


class Report:
    """The findings for one object; `str(report)` is a table.

    Attributes:
        subject: what was checked. findings: one for each check, in order.
    """

    def __init__(self, subject: str, findings: Sequence[Finding]) -> None:
        self.subject = subject
        self.findings = tuple(findings)

    @property
    def failures(self) -> list[Finding]:
        """The findings that failed."""
        return [finding for finding in self.findings if finding.status == "failed"]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    def __getitem__(self, check: str) -> Finding:
        for finding in self.findings:
            if finding.check == check:
                return finding
        raise KeyError(f"no check is called {check!r}. Accepted: {', '.join(finding.check for finding in self.findings)}.")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        names = max([len(finding.check) for finding in self.findings], default=0)
        lines = [f"{self.subject}: {self._counts()}"]
        for finding in self.findings:
            first = f"  {finding.status:<9}{finding.check:<{names}}  "
            for i, line in enumerate(wrapped(finding.text, max(WIDTH - len(first), 40))):
                lines.append((first if i == 0 else " " * len(first)) + line)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Report of {self.subject}: {self._counts()}>"

    def _counts(self) -> str:
        statuses = [finding.status for finding in self.findings]
        return ", ".join(f"{statuses.count(s)} {s}" for s in ("passed", "failed", "skipped") if s in statuses) or "nothing checked"


class LayerCheckError(AssertionError):
    """A layer failed some checks; `report` holds all findings, the text is its table."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report
