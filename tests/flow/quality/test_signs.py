"""A text is looked at for a kind of personal data only where it has what that kind needs: nothing is passed over by that."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.flow.quality.detectors import personal_data

OF_EACH = {
    "email_address": ["ann@corner.io", "ann(at)corner.io", "Ann [AT] corner [dot] io", "ann\uff20corner.io"],
    "iban": ["DE89370400440532013000", "de89 3704 0044 0532 0130 00"],
    "card_number": ["4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111"],
    "national_id": ["536-22-1234", "536 22 1234", "ssn 536221234", "Social Security number: 536221234"],
    "ip_address": ["10.0.0.1", "fe80:0:0:0:0:0:0:1", "a:b:c:d:e:f:a:b"],
    "birth_date": ["born on 12.3.1990", "d.o.b. 1990-01-02", "date of birth\n1990-01-02", "b\u0131rthday is March 3, 1990"],
    "phone_number": [
        "+49 30 123456", "(978) 645-9740", "555-1234", "50-98-28-96", "0171 2345678", "012 34 x567", "012 34 ext. 567",
        "call 5551234567", "tel: 555 (12) 345",
    ],
    "street_address": [
        "12 Main Street", "12a, rue de la Paix", "Hauptstraße 5", "Suite #123", "P.O. Box 99", "via Roma 12",
        "742 N. Evergreen Terrace",
    ],
    "private_fact": ["John Smith's salary", "Anna van der Berg was fired", "Dr. Ann Lee, 45, has cancer"],
}  # fmt: skip
PIECES = [
    *(one for every in OF_EACH.values() for one in every),
    " ",
    ", ",
    ".",
    "-",
    "\n",
    "9",
    "12",
    "x",
    "\u0663",
    "é",
]


@pytest.mark.parametrize("code", OF_EACH)
def test_each_kind_is_found_in_all_its_forms(code: str) -> None:
    for text in OF_EACH[code]:
        assert code in {found for found, _, _ in personal_data.spans(f"So {text} it is.")}, text


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_what_a_kind_would_find_is_never_passed_over(text: str) -> None:
    signs = personal_data.signs(text)
    for needed, code, _, _, places in personal_data.KINDS:
        assert needed in signs or not places(text), (code, text)
