"""How well the built-in parser reads requests.

Accuracy per field on our own labelled requests (tests/models/offline/requests*.jsonl) with 95 % Wilson intervals, apart
for those it was developed on and those kept back; how often a wrong field goes by in silence, that is with neither a
question nor an assumption about it; then, on public requests of every kind (`../shared/data`), whether it ever crashes,
how often it asks, and what it costs in processor time.

    .venv/bin/python bench/parser.py [--misses] [--part development|held_out] [--lot varied|first] [--document]
"""

import argparse
import contextlib
import csv
import gzip
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cofounder.models.intent import Constraints, Intent
from cofounder.models.offline.parser import RequestEmpty, parse

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).resolve().parent.parent
LOTS = {
    "first": ROOT / "tests" / "models" / "offline" / "requests.jsonl",
    "varied": ROOT / "tests" / "models" / "offline" / "requests_varied.jsonl",
}
PUBLIC = ROOT.parent / "shared" / "data"
DOCUMENT = ROOT / "docs" / "reference" / "requests.md"
TITLES = {
    "kinds": "kinds of action, all and in order", "channels": "channels", "period": "period, first and last day", "tone": "tone",
    "audience": "audience", "unknown_channels": "channels it does not have", "asks": "asks exactly where it should",
    "language": "language", "constraints": "constraints, all of them", "rejected": "refusal", "topic": "topic, word for word (where labelled)",
    "compare_with": "what it is compared with (where labelled)", "metrics": "metrics (where labelled)", "horizon": "horizon (where labelled)",
    "figures": "figures in the words (varied)", "told": "what cannot be done is said (where labelled)",
    "whole": "kinds, channels, period and questions all right",
}  # fmt: skip
PARTS = {"development": "development", "held_out": "held out"}
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
SOMETIMES = ("topic", "compare_with", "metrics", "horizon", "figures", "told")  # judged where a label says what
# A question or an assumption about one of these fields is about the field on the left.
ABOUT = {
    "kinds": {"action", "text", "language"},
    "unknown_channels": {"channels", "not_read"},
    "tone": {"not_read"},
    "audience": {"not_read"},
    "constraints": {"count", "publish_at", "deadline", "persona", "link", "not_kept", "not_read"},
    "rejected": {"action"},
    "compare_with": {"period"},
    "horizon": {"period"},
    "metrics": {"figures", "metric", "language"},
    "told": {"not_kept", "not_read"},
    "topic": {"language", "text", "not_read"},
    "asks": set(),
}


def labelled(lot: str | None = None) -> list[dict[str, Any]]:
    """The labelled requests, in order; of one lot, or of both."""
    paths = [path for name, path in LOTS.items() if lot in (None, name)]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.strip()]


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
        "figures": intent.figures,
        "told": said(intent),
    }


def said(intent: Intent) -> str:
    """All that the person is told: questions and assumptions, in small letters."""
    return " ".join([*(q.question for q in intent.questions), *(a.text for a in intent.assumptions)]).lower()


def plain(words: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w %&']", " ", words)).strip().lower()


def judge(row: dict[str, Any]) -> tuple[dict[str, bool], Intent]:
    """Right or wrong per field that the row has a label for."""
    intent = parse(row["request"], today=TODAY)
    got = read_as(intent)
    verdict = {}
    for name in (*ALWAYS, *SOMETIMES):
        if name == "told" and row.get("told"):
            verdict[name] = all(word in got["told"] for word in row["told"])
        elif name in row and name != "told":
            want = plain(row[name]) if name == "topic" else row[name]
            same_set = name in ("channels", "unknown_channels") and sorted(want) == sorted(got[name])
            verdict[name] = got[name] == want or same_set
    return verdict, intent


def silent(verdict: dict[str, bool], intent: Intent) -> list[str]:
    """The wrong fields about which the person is neither asked nor told anything.

    A request that starts nothing (every action is asked for) is not silent. To ask without need is a nuisance and
    no silence; not to ask counts where the field that needed the question is wrong and untold.
    """
    open_fields = {q.field for q in intent.questions} | {a.field for a in intent.assumptions}
    if "action" in {q.field for q in intent.questions} or (intent.questions and not intent.actions):
        return []
    wrong = [name for name, ok in verdict.items() if not ok and not (name == "asks" and intent.questions)]
    return [name for name in wrong if not ({name} | ABOUT.get(name, set())) & open_fields]


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


def silences(rows: list[dict[str, Any]]) -> Counter[str]:
    """field -> how often it is wrong in silence."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(silent(*judge(row)))
    return found


def wilson(right: int, judged: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927): it stays within 0 to 1 and holds for few cases."""
    if not judged:
        return 0.0, 1.0
    share, part = right / judged, z * z / judged
    middle = (share + part / 2) / (1 + part)
    half = z * math.sqrt(share * (1 - share) / judged + part / (4 * judged)) / (1 + part)
    return max(0.0, middle - half), min(1.0, middle + half)


def core(verdict: dict[str, bool]) -> bool:
    return all(verdict[name] for name in ("kinds", "channels", "period", "asks"))


def confidence(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Mean confidence of whole right and of wrong readings, and how well it tells them apart (area under the curve)."""
    right: list[float] = []
    wrong: list[float] = []
    for row in rows:
        verdict, intent = judge(row)
        (right if core(verdict) else wrong).append(intent.confidence)
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    return {
        "right": sum(right) / max(1, len(right)),
        "wrong": sum(wrong) / max(1, len(wrong)),
        "auc": sum(pairs) / len(pairs) if pairs else float("nan"),
        "wrong_n": len(wrong),
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
    """Per source: how many crashed, were asked about, went ahead (and as what), and milliseconds of processor time."""
    out: dict[str, dict[str, Any]] = {}
    for source, name, request in public():
        entry = out.setdefault(source, {"n": 0, "crashed": [], "asked": 0, "rejected": 0, "ahead": Counter(), "ms": []})
        entry["n"] += 1
        began = time.process_time()
        try:
            intent = parse(request, today=TODAY)
        except Exception as error:  # a crash is what we look for
            entry["crashed"].append(f"{name}: {error!r}")
            continue
        entry["ms"].append((time.process_time() - began) * 1000)
        if intent.reject_reason:
            entry["rejected"] += 1
        elif intent.questions:
            entry["asked"] += 1
        else:
            entry["ahead"]["+".join(a.kind for a in intent.actions)] += 1
    return out


def cost(rows: list[dict[str, Any]], rounds: int = 5) -> list[float]:
    """Milliseconds of processor time a request, sorted: the least of some rounds, so that other work does not count."""
    found = []
    for row in rows:
        least = math.inf
        for _ in range(rounds):
            began = time.process_time()
            with contextlib.suppress(RequestEmpty):
                parse(row["request"], today=TODAY)
            least = min(least, time.process_time() - began)
        found.append(least * 1000)
    return sorted(found)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="show what was read wrong (development unless --part)")
    parser.add_argument("--part", choices=tuple(PARTS), help="only these")
    parser.add_argument("--lot", choices=tuple(LOTS), help="only this lot")
    parser.add_argument("--ahead", action="store_true", help="show the public requests it would carry out unasked")
    parser.add_argument("--document", action="store_true", help="write the measured part of docs/reference/requests.md")
    options = parser.parse_args(argv)
    if options.document:
        document()
        return 0
    rows = [row for row in labelled(options.lot) if options.part in (None, row["part"])]
    for part in sorted({row["part"] for row in rows}):
        half = [row for row in rows if row["part"] == part]
        quiet = silences(half)
        print(f"\n{part}: {len(half)} labelled requests")
        for name, (right, judged) in accuracy(half).items():
            low, high = wilson(right, judged)
            print(
                f"  {name:18} {right:4}/{judged:<4} {100 * right / judged:5.1f} %  [{100 * low:.0f}, {100 * high:.0f}]"
                f"  silent {quiet.get(name, 0)}"
            )
        print("  confidence         " + ", ".join(f"{k} {v:.2f}" for k, v in confidence(half).items()))
    if options.misses:
        show_misses([row for row in rows if row["part"] == (options.part or "development")])
    if options.part is None and not options.misses:
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
    halves = {part: [row for row in rows if row["part"] == part] for part in PARTS}
    scores = {part: accuracy(half) for part, half in halves.items()}
    quiet = {part: silences(half) for part, half in halves.items()}
    heads = " | ".join(f"{PARTS[part]}, n = {len(half)} | in silence" for part, half in halves.items())
    lines = [f"| field | {heads} |", "|---|---|---|---|---|"]
    for name in scores["development"]:
        cells = []
        for part, found in scores.items():
            cells += [_cell(found.get(name)), "–" if name == "whole" else str(quiet[part].get(name, 0))]
        lines.append(f"| {TITLES.get(name, name)} | " + " | ".join(cells) + " |")
    for part, half in halves.items():
        sure = confidence(half)
        touched = sum(bool(silent(*judge(row))) for row in half)
        low, high = wilson(touched, len(half))
        lines += [
            "",
            f"{PARTS[part].capitalize()}: {sure['wrong_n']:.0f} of {len(half)} readings are wrong as a whole; {touched} have a "
            f"field that is wrong in silence ({100 * low:.1f} to {100 * high:.1f} %). Mean confidence {sure['right']:.2f} "
            f"where right" + (f", {sure['wrong']:.2f} where wrong." if sure["wrong_n"] else "."),
        ]
    ms = cost([row for row in rows if len(row["request"]) < 2_000])
    lines += [
        "",
        f"Processor time of one reading of these requests (those under 2,000 characters, n = {len(ms)}): median "
        f"{ms[len(ms) // 2]:.1f} ms, 95 % {ms[int(len(ms) * 0.95)]:.1f} ms.",
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
    if not cell:
        return "–"
    low, high = wilson(*cell)
    return f"{100 * cell[0] / cell[1]:.1f} % ({cell[0]} of {cell[1]}; {100 * low:.0f} to {100 * high:.0f})"


def show_misses(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        verdict, intent = judge(row)
        got, quiet = read_as(intent), silent(verdict, intent)
        for name, ok in verdict.items():
            if not ok:
                mark = "SILENT" if name in quiet else "      "
                print(
                    f"{mark} #{row['id']} {name}: want {row[name]!r}, got {str(got[name])[:160]!r} ({intent.confidence}) "
                    f"<- {row['request'][:120]!r}"
                )


def show_robustness(*, ahead: bool) -> None:
    results = robustness()
    if not results:
        print(f"\nThe public requests are not here ({PUBLIC}): robustness not measured.")
    for source, entry in results.items():
        ms = sorted(entry["ms"])
        went = sum(entry["ahead"].values())
        print(
            f"\n{source}: {entry['n']} requests, {len(entry['crashed'])} crashed, {entry['asked']} asked about, "
            f"{entry['rejected']} refused, {went} carried out"
        )
        print(f"  ms: median {ms[len(ms) // 2]:.2f}, 95 % {ms[int(len(ms) * 0.95)]:.2f}, longest {ms[-1]:.2f}")
        print("  carried out as: " + ", ".join(f"{k} {v}" for k, v in entry["ahead"].most_common()))
        for line in entry["crashed"]:
            print("  CRASH " + line)
    if ahead:
        for _, name, request in public():
            intent = parse(request, today=TODAY)
            if not intent.questions and not intent.reject_reason:
                kinds = "+".join(a.kind for a in intent.actions)
                print(
                    f"  {name} [{kinds} {intent.channels} {intent.confidence} topic={intent.topic[:50]!r}] {request[:160]!r}"
                )


if __name__ == "__main__":
    sys.exit(main())
