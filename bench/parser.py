"""How well the built-in parser reads requests.

Accuracy per field on our own labelled requests (tests/models/offline/requests.jsonl), apart for the half it was
tuned on and the half kept back; then, on public requests of every kind (`../shared/data`), whether it ever crashes,
how often it asks, and how long it takes.

    .venv/bin/python bench/parser.py [--misses] [--part tuning|held_out] [--json]
"""

import argparse
import csv
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cofounder.models.intent import Constraints, Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).resolve().parent.parent
LABELLED = ROOT / "tests" / "models" / "offline" / "requests.jsonl"
PUBLIC = ROOT.parent / "shared" / "data"
DOCUMENT = ROOT / "docs" / "reference" / "requests.md"
TITLES = {
    "kinds": "kinds of action, all and in order", "channels": "channels", "period": "period, first and last day", "tone": "tone",
    "audience": "audience", "unknown_channels": "channels it does not have", "asks": "asks exactly where it should",
    "language": "language", "constraints": "constraints, all of them", "rejected": "refusal", "topic": "topic, word for word (where labelled)",
    "compare_with": "what it is compared with (where labelled)", "metrics": "metrics (where labelled)", "horizon": "horizon (where labelled)",
    "whole": "kinds, channels, period and questions all right", "tuning": "Tuning", "held_out": "Held out",
}  # fmt: skip
ALWAYS = (
    "kinds",
    "channels",
    "period",
    "tone",
    "audience",
    "unknown_channels",
    "asks",
    "language",
    "constraints",
    "rejected",
)
SOMETIMES = ("topic", "compare_with", "metrics", "horizon")  # judged where a label says what it should be


def labelled() -> list[dict[str, Any]]:
    """The labelled requests, in order."""
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_as(intent: Intent) -> dict[str, Any]:
    """An intent in the shape of a label."""
    default = Constraints().model_dump()
    first = intent.actions[0] if intent.actions else None
    figures = next((a for a in intent.actions if a.compare_with), first)
    return {
        "kinds": [a.kind for a in intent.actions],
        "channels": intent.channels,
        "period": [str(intent.period.start), str(intent.period.end)] if intent.period else None,
        "tone": intent.tone,
        "audience": intent.audience,
        "unknown_channels": intent.unknown_channels,
        "asks": sorted({q.field for q in intent.questions}),
        "language": intent.language,
        "constraints": {k: v for k, v in intent.constraints.model_dump().items() if v != default[k]},
        "rejected": intent.reject_reason is not None,
        "topic": plain(intent.topic),
        "compare_with": figures.compare_with if figures else None,
        "metrics": next((a.metrics for a in intent.actions if a.metrics), []),
        "horizon": first.horizon if first else None,
    }


def plain(words: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w %&']", " ", words)).strip().lower()


def judge(row: dict[str, Any]) -> tuple[dict[str, bool], Intent]:
    """Right or wrong per field that the row has a label for."""
    intent = parse(row["request"], today=TODAY)
    got = read_as(intent)
    verdict = {}
    for name in (*ALWAYS, *SOMETIMES):
        if name in row:
            want = plain(row[name]) if name == "topic" else row[name]
            same_set = name in ("channels", "unknown_channels") and sorted(want) == sorted(got[name])
            verdict[name] = got[name] == want or same_set
    return verdict, intent


def accuracy(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """field -> (right, judged), plus `whole`: kinds, channels, period and asks all right."""
    right: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for row in rows:
        verdict, _ = judge(row)
        for name, ok in verdict.items():
            judged[name] += 1
            right[name] += ok
        judged["whole"] += 1
        right["whole"] += core(verdict)
    return {name: (right[name], judged[name]) for name in (*ALWAYS, *SOMETIMES, "whole") if judged[name]}


def core(verdict: dict[str, bool]) -> bool:
    return all(verdict[name] for name in ("kinds", "channels", "period", "asks"))


def confidence(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Mean confidence of whole right and of wrong readings, and how well it tells them apart (area under the curve)."""
    right: list[float] = []
    wrong: list[float] = []
    silent = 0
    for row in rows:
        verdict, intent = judge(row)
        (right if core(verdict) else wrong).append(intent.confidence)
        silent += not core(verdict) and not intent.questions
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    return {
        "right": sum(right) / max(1, len(right)),
        "wrong": sum(wrong) / max(1, len(wrong)),
        "auc": sum(pairs) / len(pairs) if pairs else float("nan"),
        "wrong_n": len(wrong),
        "wrong_and_not_asked": silent,
    }


def public() -> Iterator[tuple[str, str, str]]:
    """(source, id, request) of the public requests that are here."""
    mixed, constrained = PUBLIC / "requests_mixed.csv.gz", PUBLIC / "requests_ifeval_constraints.jsonl.gz"
    if mixed.exists():
        with gzip.open(mixed, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                given = f"\n\n{row['input']}" if row["input"] else ""
                yield "requests_mixed", row["request_id"], row["request"] + given
    if constrained.exists():
        with gzip.open(constrained, "rt", encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                yield "requests_ifeval_constraints", str(item["key"]), item["prompt"]


def robustness() -> dict[str, dict[str, Any]]:
    """Per source: how many crashed, were asked about, went ahead (and as what), and milliseconds."""
    out: dict[str, dict[str, Any]] = {}
    for source, name, request in public():
        entry = out.setdefault(source, {"n": 0, "crashed": [], "asked": 0, "rejected": 0, "ahead": Counter(), "ms": []})
        entry["n"] += 1
        began = time.perf_counter()
        try:
            intent = parse(request, today=TODAY)
        except Exception as error:  # a crash is what we look for
            entry["crashed"].append(f"{name}: {error!r}")
            continue
        entry["ms"].append((time.perf_counter() - began) * 1000)
        if intent.reject_reason:
            entry["rejected"] += 1
        elif intent.questions:
            entry["asked"] += 1
        else:
            entry["ahead"]["+".join(a.kind for a in intent.actions)] += 1
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--misses", action="store_true", help="show what was read wrong (tuning half unless --part says)"
    )
    parser.add_argument("--part", choices=("tuning", "held_out"), help="only this half")
    parser.add_argument(
        "--ahead", action="store_true", help="show the public requests it would carry out without asking"
    )
    parser.add_argument("--document", action="store_true", help="write the measured part of docs/reference/requests.md")
    options = parser.parse_args(argv)
    if options.document:
        document()
        return 0
    rows = [row for row in labelled() if options.part in (None, row["part"])]
    for part in sorted({row["part"] for row in rows}):
        half = [row for row in rows if row["part"] == part]
        print(f"\n{part}: {len(half)} labelled requests")
        for name, (right, judged) in accuracy(half).items():
            print(f"  {name:18} {right:4}/{judged:<4} {100 * right / judged:5.1f} %")
        print("  confidence         " + ", ".join(f"{k} {v:.2f}" for k, v in confidence(half).items()))
    if options.misses:
        show_misses([row for row in rows if row["part"] == (options.part or "tuning")])
    if options.part is None:
        show_robustness(ahead=options.ahead)
    return 0


def document() -> None:
    """Writes what was measured between the marks in the reference page."""
    page = DOCUMENT.read_text(encoding="utf-8")
    first, rest = page.split("<!-- measured -->")
    _, last = rest.split("<!-- /measured -->")
    DOCUMENT.write_text(f"{first}<!-- measured -->\n{measured()}<!-- /measured -->{last}", encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)} written")


def measured() -> str:
    """The tables of the reference page, in Markdown."""
    rows = labelled()
    halves = {part: [row for row in rows if row["part"] == part] for part in ("tuning", "held_out")}
    scores = {part: accuracy(half) for part, half in halves.items()}
    lines = [
        f"| field | tuning, n = {len(halves['tuning'])} | held out, n = {len(halves['held_out'])} |",
        "|---|---|---|",
    ]
    for name in scores["tuning"]:
        cells = [scores[part].get(name) for part in scores]
        lines.append(f"| {TITLES.get(name, name)} | " + " | ".join(_cell(cell) for cell in cells) + " |")
    for part, half in halves.items():
        found = confidence(half)
        lines.append("")
        lines.append(
            f"{TITLES[part]}: {found['wrong_n']:.0f} readings are wrong as a whole; {found['wrong_and_not_asked']:.0f} of them go ahead without "
            f"a question. Mean confidence {found['right']:.2f} where right, {found['wrong']:.2f} where wrong."
        )
    lines += [
        "",
        "| public requests | n | crashed | asked about | carried out | median ms | 95 % ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for source, entry in robustness().items():
        ms = sorted(entry["ms"])
        lines.append(
            f"| {source} | {entry['n']} | {len(entry['crashed'])} | {entry['asked']} | {sum(entry['ahead'].values())} | "
            f"{ms[len(ms) // 2]:.1f} | {ms[int(len(ms) * 0.95)]:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _cell(cell: tuple[int, int] | None) -> str:
    return f"{100 * cell[0] / cell[1]:.1f} % ({cell[0]} of {cell[1]})" if cell else "–"


def show_misses(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        verdict, intent = judge(row)
        got = read_as(intent)
        for name, ok in verdict.items():
            if not ok:
                print(
                    f"  #{row['id']} {name}: want {row[name]!r}, got {got[name]!r} ({intent.confidence}) <- {row['request'][:110]!r}"
                )


def show_robustness(*, ahead: bool) -> None:
    results = robustness()
    if not results:
        print(f"\nThe public requests are not here ({PUBLIC}): robustness not measured.")
    for source, entry in results.items():
        ms = sorted(entry["ms"])
        went = sum(entry["ahead"].values())
        print(
            f"\n{source}: {entry['n']} requests, {len(entry['crashed'])} crashed, {entry['asked']} asked about, {entry['rejected']} refused, {went} carried out"
        )
        print(f"  ms: median {ms[len(ms) // 2]:.2f}, 95 % {ms[int(len(ms) * 0.95)]:.2f}, longest {ms[-1]:.2f}")
        print("  carried out as: " + ", ".join(f"{k} {v}" for k, v in entry["ahead"].most_common()))
        for line in entry["crashed"]:
            print("  CRASH " + line)
    if ahead:
        for _, name, request in public():
            intent = parse(request, today=TODAY)
            if not intent.questions and not intent.reject_reason:
                print(
                    f"  {name} [{'+'.join(a.kind for a in intent.actions)} {intent.channels} {intent.confidence} topic={intent.topic[:50]!r}] {request[:160]!r}"
                )


if __name__ == "__main__":
    sys.exit(main())
