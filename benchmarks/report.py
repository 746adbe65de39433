"""Tables from results: one line per case and measure with a column per implementation, and one line per target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.cases import CASES, Case, Measure, Target


def _figure(results: dict[str, Any], case: Case, measure: Measure, implementation: str) -> dict[str, float] | None:
    outcome = results.get(case.name, {}).get(implementation, {})
    return outcome.get("figures", {}).get(measure.key)


def quantity(value: float, unit: str) -> str:
    """`value` with three figures, seconds in the unit that suits them."""
    if unit != "s":
        return f"{value:.3g} {unit}".strip() if abs(value) < 1000 else f"{value:.0f} {unit}".strip()
    for factor, name in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if value * factor >= 1 or name == "us":
            return f"{value * factor:.3g} {name}"
    raise ValueError(f"No unit suits {value} s.")


def _cell(results: dict[str, Any], case: Case, measure: Measure, implementation: str) -> str:
    if implementation not in case.implementations:
        return "-"
    figure = _figure(results, case, measure, implementation)
    if figure is not None:
        text = quantity(figure["median"], measure.unit)
        return text if figure["samples"] == 1 else f"{text} (min {quantity(figure['min'], measure.unit)})"
    note = results.get(case.name, {}).get(implementation, {}).get("note", "")
    return note.split(":")[0] if note else "-"


def _fastest(results: dict[str, Any], case: Case, measure: str, names: tuple[str, ...]) -> tuple[str, float] | None:
    """The implementation with the smallest median, and that; None where there is no figure."""
    figures = [(name, _figure(results, case, Measure(measure, "", ""), name)) for name in names]
    known = [(name, figure["median"]) for name, figure in figures if figure is not None]
    return min(known, key=lambda pair: pair[1]) if known else None


class Verdict(NamedTuple):
    """What a target asks, what was measured, and whether that is enough (None where a figure is lacking)."""

    ours: str
    asked: str
    measured: str
    met: bool | None


def verdict(results: dict[str, Any], case: Case, target: Target) -> Verdict:
    """A target held against the figures."""
    unit = next(measure.unit for measure in case.measures if measure.key == target.measure)
    asked = f"<= {target.maximum:.3g} x {_joined(target.relative_to)}" if target.relative_to else f"<= {quantity(target.maximum, unit)}"
    ours = _fastest(results, case, target.measure, target.ours)
    other = _fastest(results, case, target.measure, target.relative_to) if target.relative_to else ("", 1.0)
    if ours is None or other is None:
        return Verdict(_joined(target.ours), asked, "-", None)
    ratio = ours[1] / other[1] if other[1] > 0 else float("inf")
    measured = f"{ratio:.3g} x {other[0]}" if target.relative_to else quantity(ours[1], unit)
    return Verdict(ours[0], asked, measured, ratio <= target.maximum)


def _joined(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"the fastest of {', '.join(names)}"


def verdicts(results: dict[str, Any]) -> Iterator[tuple[Case, Target, Verdict]]:
    """Every target of the cases that were run, where its own implementation was."""
    for case in CASES:
        for target in case.targets if case.name in results else ():
            found = verdict(results, case, target)
            if found.measured != "-":
                yield case, target, found


def missed_targets(results: dict[str, Any]) -> list[str]:
    """A line per target that is not met."""
    return [
        f"{case.name}: {target.measure} of {found.ours} is {found.measured}, asked {found.asked}"
        for case, target, found in verdicts(results)
        if found.met is False
    ]


def rows(data: dict[str, Any]) -> Iterator[list[str]]:
    """The header, then a row per case and measure."""
    names = [name for name in data["implementations"] if any(name in data["results"].get(case.name, {}) for case in CASES)]
    yield ["case", "size", "measure", *names]
    for case in CASES:
        if case.name not in data["results"]:
            continue
        for measure in case.measures:
            yield [case.name, case.size, measure.label, *(_cell(data["results"], case, measure, name) for name in names)]


def target_rows(data: dict[str, Any]) -> Iterator[list[str]]:
    """The header, then a row per target."""
    yield ["case", "measure", "ours", "asked", "measured", ""]
    for case, target, found in verdicts(data["results"]):
        label = next(measure.label for measure in case.measures if measure.key == target.measure)
        yield [case.name, label, found.ours, found.asked, found.measured, "met" if found.met else "MISSED"]


def notes(data: dict[str, Any]) -> list[str]:
    """A line per implementation that is unavailable and per case that gave no figures."""
    lines = [f"{name}: {entry['reason']}" for name, entry in data["implementations"].items() if entry["reason"]]
    for name, outcomes in data["results"].items():
        lines += [f"{name} on {implementation}: {outcome['note']}" for implementation, outcome in outcomes.items() if outcome.get("note")]
    return lines


def text_table(data: dict[str, Any]) -> str:
    """For the terminal: a block per case, since many columns do not fit a line; then the targets."""
    header, *body = rows(data)
    lines = []
    previous = ""
    for row in body:
        entry = dict(zip(header, row, strict=True))
        if entry["case"] != previous:
            previous = entry["case"]
            lines.append(f"\n{previous}  ({entry['size']})")
        lines.append(f"  {entry['measure']}")
        lines += [f"    {name:<18} {entry[name]}" for name in header[3:] if entry[name] != "-"]
    targets = list(target_rows(data))[1:]
    lines += ["\ntargets"] if targets else []
    lines += [
        f"  {'  ' if mark == 'met' else '! '}{case:<28} {ours:<16} {measured:<28} asked {asked}"
        for case, _, ours, asked, measured, mark in targets
    ]
    return "\n".join([*lines, "", *notes(data)]).strip("\n")


def _table(content: Iterator[list[str]]) -> list[str]:
    header, *body = content
    used = [index for index in range(len(header)) if index < 3 or any(row[index] not in ("", "-") for row in body)]
    lines = ["| " + " | ".join(row[index].replace("|", "\\|") for index in used) + " |" for row in (header, *body)]
    return [lines[0], "|" + " --- |" * len(used), *lines[1:]]


def markdown(data: dict[str, Any]) -> str:
    """The same tables for a README, with the machine and the versions beneath."""
    lines = _table(rows(data))
    targets = list(target_rows(data))
    if len(targets) > 1:
        lines += ["", *_table(iter(targets))]
    machine = data["machine"]
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}"
    lines += ["", f"Machine: {where}; threads: {machine['thread_settings']}; commit {machine['commit']}; {machine['date']}.", ""]
    for name, entry in data["implementations"].items():
        if entry["versions"]:
            lines.append(f"* {name}: " + ", ".join(f"{package} {version}" for package, version in entry["versions"].items()))
    return "\n".join([*lines, *(f"* {note}" for note in notes(data))])
