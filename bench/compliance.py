"""How many personal data the compliance detectors find, and how often they are wrong, on labelled sentences.

Run: python bench/compliance.py [DATA_FOLDER]. Reads pii_sentences.csv.gz (Presidio research, MIT, synthetic persons).
"""

import csv
import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from cofounder.flow.quality.detectors.context import Context
from cofounder.flow.quality.detectors.personal_data import find

KINDS = {
    "EMAIL_ADDRESS": "email_address",
    "CREDIT_CARD": "card_number",
    "IBAN_CODE": "iban",
    "US_SSN": "national_id",
    "PHONE_NUMBER": "phone_number",
    "IP_ADDRESS": "ip_address",
    "ADDRESS": "street_address",
}
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def rows(folder: Path) -> list[tuple[str, list[tuple[str, int, int, str]]]]:
    """The sentences with their labelled spans."""
    with gzip.open(folder / "pii_sentences.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [(row["text"], [tuple(one) for one in json.loads(row["entities"])]) for row in csv.DictReader(file)]


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """kind -> {labelled, found, recall, precision}; a hit is any overlap of a finding with a label of its kind."""
    labelled, hit, found, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for text, entities in rows(folder):
        findings = [(one.code, *one.span) for one in find(text, Context()) if one.span]
        for label, start, end, words in entities:
            if label in KINDS:
                if label == "ADDRESS" and not (any(map(str.isdigit, words)) and any(map(str.isalpha, words))):
                    continue  # a fragment: a postcode or a town alone
                labelled[KINDS[label]] += 1
                hit[KINDS[label]] += any(code == KINDS[label] and a < end and start < b for code, a, b in findings)
        for code, a, b in findings:
            found[code] += 1
            right[code] += any(KINDS.get(label) == code and a < end and start < b for label, start, end, _ in entities)
    return {
        kind: {
            "labelled": labelled[kind],
            "found": found[kind],
            "recall": hit[kind] / labelled[kind] if labelled[kind] else 0.0,
            "precision": right[kind] / found[kind] if found[kind] else 1.0,
        }
        for kind in KINDS.values()
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    print(f"{'kind':16}{'labelled':>9}{'found':>7}{'recall':>8}{'precision':>11}")
    for kind, row in measure(folder).items():
        print(f"{kind:16}{row['labelled']:9.0f}{row['found']:7.0f}{row['recall']:8.2f}{row['precision']:11.2f}")


if __name__ == "__main__":
    main()
