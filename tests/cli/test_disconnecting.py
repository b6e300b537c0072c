"""At the command line: what becomes of publications whose account is disconnected."""

import pytest

from cofounder.cli.groups import channels

TO_THE_REST = "begun: where somebody may have it, it stays unsent to the rest."


@pytest.mark.parametrize(
    ("scheduled", "begun", "told"),
    [
        (0, 0, ""),
        (1, 0, " 1 scheduled publication goes to the outbox."),
        (3, 0, " 3 scheduled publications go to the outbox."),
        (1, 1, f" 1 scheduled publication goes to the outbox. It was {TO_THE_REST}"),
        (3, 1, f" 3 scheduled publications go to the outbox. 1 was {TO_THE_REST}"),
        (3, 2, f" 3 scheduled publications go to the outbox. 2 were {TO_THE_REST}"),
    ],
)
def test_what_was_begun_is_told_apart_from_what_goes_whole(scheduled: int, begun: int, told: str) -> None:
    assert channels.waiting(scheduled, begun) == told
