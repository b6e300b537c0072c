"""Recall and precision of redaction per type, on sentences in which personal data is marked (Presidio research, MIT).

python -m bench.redaction [FILE]     # shared/data/pii_sentences.csv.gz beside the checkout by default; --write the page
"""

import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cofounder.flow.quality.detectors import personal_data
from cofounder.flow.train.roles import redaction

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "pii_sentences.csv.gz"
PAGE = ROOT / "docs" / "reference" / "redaction.md"
SAME = {
    "EMAIL_ADDRESS": "email_address",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "card_number",
    "US_SSN": "national_id",
    "IP_ADDRESS": "ip_address",
    "PHONE_NUMBER": "phone_number",
    "ADDRESS": "street_address",
}
HEAD = """# What redaction takes out

Datasets and exports put a placeholder such as `[EMAIL_1]` in the place of personal data, unless they are told not to.
Within one example the same piece gets the same placeholder; the raw example stays as it is. What counts is what the
compliance detector finds; after that, nothing is left in a line that it finds: neither in what is said nor in what is
known about it (intent, channel, voice, tags, decision), nor in its first words. The policy's version stands in each
version's recipe and is part of its content hash.

An address is found with signs of no width inside it too, and as `name (at) host`, `name [at] host [dot] io` or with a
full-width at sign. Shared mailboxes such as `info@` and `support@` are taken out with the others. A number of a
document is taken out as its digits would be in a text: a card's by its check digit, a telephone's by what it is called
(`phone`, `mobile_number`). Figures, such as `revenue` and `impressions`, stay. **Addresses that are
nobody's stay**: those at `example.com`, `example.org` and the like, and at hosts named test, invalid or localhost.

**Names of persons and organisations, places and dates stay**: they are found by no pattern. Where those may not
leave, choose examples without them, or look through the lines before they go.

Measured on 2,109 sentences with marked personal data (synthetic persons; Presidio research, MIT) by
`python -m bench.redaction`. A marked piece counts as taken out when all of its letters and digits are gone, as touched
when some are. Precision: the share of what was taken out that lies on a piece marked with this type, or with any type.

"""


def rows(path: Path) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """(sentence, marked pieces)."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["text"], [(kind, begin, end) for kind, begin, end, _ in json.loads(row["entities"])]


def gone(text: str, begin: int, end: int, spans: list[tuple[str, int, int]]) -> tuple[bool, bool]:
    """(whether every letter and digit of a piece is taken out, whether any is)."""
    places = [place for place in range(begin, end) if text[place].isalnum()]
    covered = [any(a <= place < b for _, a, b in spans) for place in places]
    return all(covered) and bool(covered), any(covered)


def measured(path: Path) -> tuple[list[str], list[str]]:
    """Two tables in Markdown: recall by marked type, precision by placeholder."""
    marked: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    some: Counter[str] = Counter()
    for text, pieces in rows(path):
        spans = personal_data.spans(text)
        for kind, begin, end in pieces:
            marked[kind] += 1
            full, part = gone(text, begin, end, spans)
            whole[kind] += full
            touched[kind] += part
        for code, begin, end in spans:
            found[code] += 1
            on = {kind for kind, a, b in pieces if a < end and begin < b}
            right[code] += any(SAME.get(kind) == code for kind in on)
            some[code] += bool(on)
    recall = ["| marked as | pieces | taken out | touched |", "|---|---|---|---|"]
    for kind, many in marked.most_common():
        recall.append(f"| {kind} | {many:,} | {whole[kind] / many:.1%} | {touched[kind] / many:.1%} |")
    precision = ["| placeholder | pieces | of this type | of any type |", "|---|---|---|---|"]
    for code, many in found.most_common():
        name = redaction.NAMES[code]
        precision.append(f"| {name} | {many:,} | {right[code] / many:.1%} | {some[code] / many:.1%} |")
    return recall, precision


def main(arguments: list[str]) -> int:
    named = [one for one in arguments if not one.startswith("--")]
    path = Path(named[0]) if named else DATA
    if not path.exists():
        print("The sentences are not on this machine: nothing was measured.")
        return 0
    recall, precision = measured(path)
    told = "\n".join(["## Recall by type", "", *recall, "", "## Precision by placeholder", "", *precision, ""])
    print(told)
    if "--write" in arguments:
        PAGE.write_text(HEAD + told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
