"""Two workers on one database, each with an outbox of its own: what one began there the other cannot look into."""

from pathlib import Path

import pytest

from cofounder.channels.senders.outbox import Outbox
from cofounder.flow.publish import ledger
from cofounder.kit import effects
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.channels.test_senders_outbox import delivery


class Killed(BaseException):
    """In the place of SIGKILL."""


class Dies(Outbox):
    """The file appears, and the process is gone."""

    def _write(self, *given: object) -> object:  # type: ignore[override]
        super()._write(*given)  # type: ignore[arg-type]
        raise Killed


async def test_what_another_home_began_is_unknown_and_never_written_twice(database: Database, tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "outbox", tmp_path / "b" / "outbox"
    one = delivery()
    with pytest.raises(Killed):
        await ledger.deliver(Dies(first), one)
    made = await ledger.deliver(Outbox(second), one)
    assert made.state == "unknown"
    assert str(first) in (made.note or "")
    assert not second.exists()
    async with transaction() as session:
        (told,) = await ledger.evidence(session, Outbox(second), [one])
    assert str(first) in told.where
    seen = await ledger.look(Outbox(first), one)  # where it was begun it is found
    assert seen is not None
    assert (seen.state, seen.url) == ("done", str(first / f"2026-11-02-linkedin-{one.task_id}.txt"))


async def test_in_its_own_home_it_is_found_or_written(database: Database, tmp_path: Path) -> None:
    one = delivery()
    with pytest.raises(Killed):
        await ledger.deliver(Dies(tmp_path / "outbox"), one)
    assert (await ledger.deliver(Outbox(tmp_path / "outbox"), one)).state == "done"
    assert len(list((tmp_path / "outbox").iterdir())) == 2


async def test_what_was_surely_not_written_may_be_in_any_home(database: Database, tmp_path: Path) -> None:
    one = delivery()
    blocked = tmp_path / "a" / "outbox"
    blocked.parent.mkdir()
    blocked.write_text("in the way")
    assert (await ledger.deliver(Outbox(blocked), one)).state == "absent"
    assert (await ledger.deliver(Outbox(tmp_path / "b" / "outbox"), one)).state == "done"


async def test_a_person_who_looked_can_have_it_sent_from_another_home(database: Database, tmp_path: Path) -> None:
    one = delivery()
    with pytest.raises(Killed):
        await ledger.deliver(Dies(tmp_path / "a" / "outbox"), one)
    other = Outbox(tmp_path / "b" / "outbox")
    await ledger.deliver(other, one)
    async with transaction() as session:
        await effects.settle(session, ledger.key(one.publication_id, ""), done=False, by="ann")
    assert (await ledger.deliver(other, one)).state == "done"
