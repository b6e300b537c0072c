"""What of a plan gets in its own way is told; what does not is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cofounder.business.records import service as records
from cofounder.channels.senders.books import Quota
from cofounder.flow.publish import clashes
from cofounder.flow.publish.calendar import Entry, Rules, conflicts
from cofounder.flow.request.series import making
from cofounder.flow.request.series import service as series
from cofounder.flow.request.series.schemas import SeriesIn
from cofounder.kit.clock import frozen
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.publish.standing import approved
from tests.flow.waiting import OPERATOR, ready

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = Rules(
    apart=timedelta(minutes=60),
    again=timedelta(days=30),
    quotas={"x": Quota(2, timedelta(minutes=15), "2 posts in 15 minutes")},
    expires={("linkedin", "Old"): NOON + timedelta(days=1)},
    versions={"linkedin": ("Version 1 of its API", NOON + timedelta(days=60))},
    gone=frozenset({("linkedin", "Gone")}),
)


def post(minutes: float = 0, sender: str = "linkedin", account: str = "Acme", **more: Any) -> Entry:
    given = {"publication": new_id(), "task": new_id(), "channel": sender, **more}
    return Entry(at=NOON + timedelta(minutes=minutes), sender=sender, account=account, **given)


def told(*entries: Entry, at: datetime = NOON) -> list[tuple[str, str]]:
    return [(one.kind, one.told) for one in conflicts(entries, RULES, at)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([post(), post(60)], []),
        ([post(), post(59)], [("close", "LinkedIn by Acme: 59 min after another.")]),
        ([post(), post(0)], [("close", "LinkedIn by Acme: at the same minute as another.")]),
        ([post(), post(20, account="Other")], []),
        ([post(waits=False), post(30)], [("close", "LinkedIn by Acme: 30 min after another.")]),
        ([post(waits=False), post(30, waits=False)], []),
        ([post(text="a"), post(60 * 24 * 29, text="a")], [("same_text", "LinkedIn by Acme: the same text as on 2026-03-02.")]),
        ([post(text="a"), post(60 * 24 * 30, text="a")], []),
        ([post(text="a"), post(90, text="b")], []),
        ([post(60 * 24, account="Old")], [("account", "LinkedIn by Old: its access ends before, on 2026-03-03 at 12:00 UTC.")]),
        ([post(60 * 23, account="Old")], []),
        ([post(60 * 24 * 60)], [("account", "LinkedIn by Acme: Version 1 of its API ends before, on 2026-05-01. Update Cofounder before then.")]),
        ([post(60 * 24 * 60 - 1)], []),
        ([post(60 * 24 * 60, "x")], []),
        ([post(account="Gone")], [("account", "LinkedIn by Gone: the account has to be connected again first.")]),
    ],
)  # fmt: skip
def test_what_gets_in_its_own_way(entries: list[Entry], expected: list[tuple[str, str]]) -> None:
    assert told(*entries) == expected


def test_what_is_the_same_of_one_minute_is_told_once() -> None:
    four = [post(), post(0.1), post(0.2), post(0.4)]
    (close,) = conflicts(four, RULES, NOON)
    assert close.told == "LinkedIn by Acme: 4 at the same minute."
    assert close.publication_ids == [one.publication for one in four]
    assert told(*four, post(20)) == [("close", close.told), ("close", "LinkedIn by Acme: 20 min after another.")]
    gone = [post(account="Gone"), post(account="Gone", channel="blog"), post(5, account="Gone")]
    assert sum(kind == "account" for kind, _ in told(*gone)) == 3  # another channel, another minute
    texts = conflicts([post(text="a"), post(text="a"), post(text="a")], RULES, NOON)
    assert [(one.kind, len(one.publication_ids)) for one in texts] == [("close", 3), ("same_text", 3)]
    over = [one for one in conflicts([post(0, "x") for _ in range(5)], RULES, NOON) if one.kind == "quota"]
    assert [(one.told, len(one.publication_ids)) for one in over] == [
        ("X by Acme: 5 posts, and X takes 2 posts in 15 minutes.", 3)
    ]


def test_more_than_a_channel_takes() -> None:
    found = told(post(0, "x", posts=2), post(14, "x"), post(29, "x"))
    assert [one for one in found if one[0] == "quota"] == [
        ("quota", "X by Acme: 3 posts, and X takes 2 posts in 15 minutes.")
    ]


@pytest.mark.parametrize(
    ("minutes", "expires", "expected"),
    [
        (60 * 25, None, []),
        (60 * 23, None, ["Nobody has approved it yet."]),
        (-1, None, ["Its time has passed and nobody has approved it."]),
        (60 * 50, 60 * 49, ["Its approval expires before, on 2026-03-04 at 13:00 UTC."]),
        (60 * 50, 60 * 50, []),
    ],
)
def test_a_time_that_nobody_has_approved(minutes: int, expires: int | None, expected: list[str]) -> None:
    ends = NOON + timedelta(minutes=expires) if expires is not None else None
    found = told(post(minutes, undecided=True, expires_at=ends, publication=None))
    assert found == [("approval", one) for one in expected]


async def test_publications_slots_and_undecided_tasks_are_seen_together(database: Database) -> None:
    with frozen(NOON):
        await approved("linkedin", schedule_at=NOON + timedelta(days=7))
        said = SeriesIn(
            name="Mondays", request="A post about our numbers", channels=["linkedin"], weekdays=["monday"], at="12:30",
            zone="UTC", lead_minutes=600,
        )  # fmt: skip
        async with transaction() as session:
            made = await series.create(session, said, by=OPERATOR)
        assert await making.look() == 1
        async with transaction() as session:
            found = await clashes.between(session, NOON, NOON + timedelta(days=10))
            later = await clashes.between(session, NOON + timedelta(days=8), NOON + timedelta(days=12))
    assert [(one.kind, one.at - NOON) for one in found] == [
        ("approval", timedelta(minutes=30)),
        ("close", timedelta(days=7, minutes=30)),
    ]
    assert len(found[0].task_ids) == 1
    assert len(found[1].publication_ids) == 1
    assert [one.series_id for one in found[1].slots] == [made.id]
    assert later == []


async def test_a_task_that_waits_for_approval_is_seen_also_where_its_words_alone_name_the_channel(
    database: Database,
) -> None:
    at = NOON + timedelta(days=9)
    with frozen(NOON):
        async with transaction() as session:
            id, unread = await ready(session, "linkedin"), await ready(session, "linkedin")
            wanted = {
                "publish_at": at,
                "expires_at": at - timedelta(days=1),
                "preferences": {},
                "status": "pending_approval",
            }
            await records.update_task(session, id, intent={"channels": ["linkedin"]}, **wanted)
            await records.update_task(session, unread, intent=None, **wanted)
        async with transaction() as session:
            found = await clashes.between(session, NOON, NOON + timedelta(days=10))
            meant = await clashes.meant(session, NOON, NOON + timedelta(days=10))
            assert await clashes.meant(session, NOON, at) == []
    assert [(one.told, one.task_ids) for one in found if one.kind == "approval"] == [
        ("Its approval expires before, on 2026-03-10 at 12:00 UTC.", [each]) for each in sorted((id, unread), key=str)
    ]
    assert {one.task_id: one.channels for one in meant} == {id: ["linkedin"], unread: []}
    assert {(one.publish_at, one.status) for one in meant} == {(at, "pending_approval")}
    assert all(one.told for one in meant)
