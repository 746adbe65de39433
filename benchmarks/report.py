"""Tables from results: one line per case and measure, one column per implementation, ratios of ours to each peer, targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.cases import CASES, OURS, Case, Measure, Target

DEFAULT = OURS[0]


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


def _ratio(results: dict[str, Any], case: Case, measure: Measure, peer: str) -> str:
    ours, theirs = _figure(results, case, measure, DEFAULT), _figure(results, case, measure, peer)
    if not ours or not theirs or theirs["median"] <= 0:
        return ""
    return f"{ours['median'] / theirs['median']:.3g}"


def verdict(results: dict[str, Any], case: Case, target: Target) -> tuple[str, bool | None]:
    """The target as text, and whether it is met (None where a figure is lacking)."""
    measure = Measure(target.measure, "", "")
    ours = _figure(results, case, measure, DEFAULT)
    other = _figure(results, case, measure, target.relative_to) if target.relative_to else {"median": 1.0}
    if ours is None or other is None:
        return str(target), None
    return str(target), ours["median"] <= target.maximum * other["median"]


def missed_targets(results: dict[str, Any]) -> list[str]:
    """A line per target that is not met."""
    lines = []
    for case in CASES:
        for target in case.targets:
            text, met = verdict(results, case, target)
            if met is False:
                lines.append(f"{case.name}: {target.measure} is not {text}")
    return lines


def rows(data: dict[str, Any]) -> Iterator[list[str]]:
    """The header, then a row per case and measure."""
    names = [name for name in data["implementations"] if any(name in data["results"].get(case.name, {}) for case in CASES)]
    peers = [name for name in names if name != DEFAULT]
    yield ["case", "size", "measure", *names, *(f"{DEFAULT} / {peer}" for peer in peers), "target"]
    for case in CASES:
        if case.name not in data["results"]:
            continue
        for measure in case.measures:
            cells = [_cell(data["results"], case, measure, name) for name in names]
            ratios = [_ratio(data["results"], case, measure, peer) for peer in peers]
            verdicts = [verdict(data["results"], case, target) for target in case.targets if target.measure == measure.key]
            marks = {True: "met", False: "MISSED", None: "open"}
            yield [case.name, case.size, measure.label, *cells, *ratios, "; ".join(f"{text}: {marks[met]}" for text, met in verdicts)]


def notes(data: dict[str, Any]) -> list[str]:
    """A line per implementation that is unavailable and per case that gave no figures."""
    lines = [f"{name}: {entry['reason']}" for name, entry in data["implementations"].items() if entry["reason"]]
    for name, outcomes in data["results"].items():
        lines += [f"{name} on {implementation}: {outcome['note']}" for implementation, outcome in outcomes.items() if outcome.get("note")]
    return lines


def text_table(data: dict[str, Any]) -> str:
    """For the terminal: a block per case, since many columns do not fit a line."""
    header, *body = rows(data)
    lines = []
    previous = ""
    for row in body:
        entry = dict(zip(header, row, strict=True))
        if entry["case"] != previous:
            previous = entry["case"]
            lines.append(f"\n{previous}  ({entry['size']})")
        lines.append(f"  {entry['measure']}{'   target ' + entry['target'] if entry['target'] else ''}")
        for name in header[3:-1]:
            if " / " in name or entry[name] == "-":
                continue
            ratio = entry.get(f"{DEFAULT} / {name}", "")
            lines.append(f"    {name:<18} {entry[name]:<32} {f'ours/this {ratio}' if ratio else ''}".rstrip())
    return "\n".join([*lines, "", *notes(data)]).strip("\n")


def markdown(data: dict[str, Any]) -> str:
    """The same table for a README, with the machine and the versions beneath."""
    header, *body = rows(data)
    used = [index for index in range(len(header)) if index < 3 or any(row[index] not in ("", "-") for row in body)]
    table = [[row[index].replace("|", "\\|") for index in used] for row in (header, *body)]
    lines = ["| " + " | ".join(row) + " |" for row in table]
    lines.insert(1, "|" + " --- |" * len(used))
    machine = data["machine"]
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}"
    lines += ["", f"Machine: {where}; threads: {machine['thread_settings']}; commit {machine['commit']}; {machine['date']}.", ""]
    for name, entry in data["implementations"].items():
        if entry["versions"]:
            lines.append(f"* {name}: " + ", ".join(f"{package} {version}" for package, version in entry["versions"].items()))
    return "\n".join([*lines, *(f"* {note}" for note in notes(data))])
