"""An e-mail goes by the sender and to the recipients that it was approved for, or it says why it does not."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest

from cofounder.channels.accounts import leaving, service, waiting
from cofounder.channels.accounts.schemas import AccountIn
from cofounder.channels.accounts.tables import AccountRow
from cofounder.cli.program import run
from cofounder.flow.publish import clashes, moving, orphaned, settling, showing, steps
from cofounder.flow.publish import service as publishing
from cofounder.flow.publish.errors import NothingToSettle, RecipientReached
from cofounder.flow.publish.schemas import PublicationDetail, RescheduleIn, Verdict
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.channels.smtp import Server
from tests.flow.publish.standing import TWO, Mail, Retries, approved, of, settled
from tests.flow.waiting import APPROVER

LATER = timedelta(days=2)
MIXED = "ada@reader.example, bob@reader.example, cid@reader.example"


async def connected(server: Server, recipients: str) -> AccountRow:
    given = AccountIn(
        provider="smtp",
        address=f"127.0.0.1:{server.port}",
        sender="News <news@acme.example>",
        recipients=recipients,
        starttls=False,
    )
    return (await service.connect(given, by=LOCAL_OWNER))[0]


async def at_once(task: UUID) -> None:
    """Let what waits for its time be sent now."""
    (one,) = await of(task)
    async with transaction() as session:
        await moving.reschedule(session, one.publication_id, RescheduleIn(schedule_at=None), by=APPROVER)
    await until(settled(task), within=60)


async def evidence(task: UUID) -> PublicationDetail:
    (one,) = await of(task)
    async with transaction() as session:
        return await showing.detail(session, one.publication_id)


def to(server: Server) -> list[str]:
    return sorted(address for one in server.messages for address in one.rcpt_tos)


def senders(server: Server) -> list[str]:
    """What the From lines say."""
    return [str(message_from_bytes(each.original_content or b"", policy=default)["From"]) for each in server.messages]


async def test_who_was_added_gets_nothing_and_who_was_taken_off_is_not_written_to(engine_running: Database) -> None:
    with Server() as server:
        await connected(server, MIXED)
        said = await approved("email", schedule_at=now() + LATER)
        assert (await of(said.task_id))[0].recipients == 3  # known while it waits
        await connected(server, "bob@reader.example, cid@reader.example, dan@reader.example")
        await at_once(said.task_id)
        assert to(server) == ["bob@reader.example", "cid@reader.example"]
    (one,) = await of(said.task_id)
    assert (one.state, one.recipients, one.unsent) == ("published", 3, 1)
    assert "Not among the recipients of news@acme.example any more" in (one.note or "")


async def test_of_recipients_who_are_all_others_nobody_is_written_to_before_a_person_asks(
    engine_running: Database,
) -> None:
    with Server() as server:
        await connected(server, TWO)
        said = await approved("email", schedule_at=now() + LATER)
        await connected(server, "dan@reader.example")
        await at_once(said.task_id)
        assert to(server) == []
        (one,) = await of(said.task_id)
        assert (one.state, one.unsent, one.actions) == ("refused", 2, ["retry"])
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(said.task_id, ("published",)), within=60)
        assert to(server) == ["dan@reader.example"]


async def test_what_was_approved_for_one_sender_of_the_settings_leaves_as_no_other(
    engine_running: Database, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server:
        mail(server, TWO)
        said = await approved("email", schedule_at=now() + LATER)
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Otto <otto@elsewhere.example>")
        monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", "zoe@elsewhere.example")
        settings.cache_clear()
        (one,) = await of(said.task_id)
        assert "do not send as news@acme.example any more" in (one.note or "")
        async with transaction() as session:
            assert [each.kind for each in await clashes.between(session, now(), now() + 2 * LATER)] == ["account"]
        await at_once(said.task_id)
        assert to(server) == []
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by, one.account) == ("published", "outbox", "news@acme.example")
    assert "do not send as news@acme.example any more" in (one.note or "")


async def test_the_name_of_the_sender_stays_as_it_was_approved(
    engine_running: Database, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server:
        mail(server, "ada@reader.example")
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", '"Anna, of Acme" <News@acme.example>')
        settings.cache_clear()
        said = await approved("email", schedule_at=now() + LATER)
        assert (await of(said.task_id))[0].sent_as == "Anna, of Acme <News@acme.example>"
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Otto <news@acme.example>")
        settings.cache_clear()
        await at_once(said.task_id)
        assert server.messages[0].mail_from == "news@acme.example"
        assert senders(server) == ['"Anna, of Acme" <news@acme.example>']


async def test_a_sender_that_was_approved_without_a_name_gets_none(
    engine_running: Database, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server:
        mail(server, "ada@reader.example")
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "news@acme.example")
        settings.cache_clear()
        said = await approved("email", schedule_at=now() + LATER)
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Otto <news@acme.example>")
        settings.cache_clear()
        await at_once(said.task_id)
        assert senders(server) == ["news@acme.example"]


async def test_the_rest_of_what_some_have_is_sent_by_no_other_sender(
    engine_running: Database, mail: Mail, retries: Retries, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries(3, 600.0)
    with Server(busy=("bob@reader.example",)) as server:
        mail(server, TWO)
        said = await approved("email")
        await until(settled(said.task_id, ("scheduled",)))
        await waits(said.task_id)
        assert (await evidence(said.task_id)).history[-1].state == "partly"
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Otto <otto@elsewhere.example>")
        settings.cache_clear()
        server.busy = ()
        await _tried(said.task_id)
        assert to(server) == ["ada@reader.example"]
    (one,) = await of(said.task_id)
    assert (one.state, one.unsent, one.actions) == ("published", 1, ["retry"])
    assert "do not send as news@acme.example any more" in (one.note or "")


async def waits(task: UUID) -> None:
    async def look() -> bool:
        return (await of(task))[0].next_attempt_at is not None

    await until(look, within=60)


async def _tried(task: UUID) -> None:
    """As when the time of the next attempt has come."""
    (one,) = await of(task)
    async with transaction() as session:
        row = await publishing.locked(session, one.publication_id)
        row.retry_at = now()
    await steps.deliver(str(one.publication_id))


async def test_what_waits_to_be_tried_again_is_counted_and_goes_to_the_outbox_where_nobody_has_it(
    engine_running: Database, retries: Retries
) -> None:
    retries(3, 600.0)
    waiting.listen(orphaned.tell)
    with Server() as server:
        row = await connected(server, TWO)
        server.busy = ("ada@reader.example", "bob@reader.example")
        said = await approved("email")
        await until(settled(said.task_id, ("scheduled",)))
        await waits(said.task_id)
        _, _, told = await leaving.disconnect(row.id, by=LOCAL_OWNER)
        assert told == (1, 1)
        assert "was disconnected" in ((await of(said.task_id))[0].note or "")
        await _tried(said.task_id)
        assert to(server) == []
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by) == ("published", "outbox")


async def test_what_some_may_have_is_counted_and_its_rest_stays_for_the_account(
    engine_running: Database, retries: Retries
) -> None:
    retries(3, 600.0)
    waiting.listen(orphaned.tell)
    with Server() as server:
        row = await connected(server, MIXED)
        server.lose, server.busy = ("ada@reader.example", "bob@reader.example"), ("cid@reader.example",)
        said = await approved("email")
        await until(settled(said.task_id, ("scheduled",)))
        await waits(said.task_id)
        seen = await evidence(said.task_id)
        assert (seen.unknown, seen.next_look_at, seen.history[-1].state) == (2, None, "unknown")
        _, _, told = await leaving.disconnect(row.id, by=LOCAL_OWNER)
        assert told == (1, 1)
        assert "stays unsent to the rest" in ((await of(said.task_id))[0].note or "")
        await _tried(said.task_id)
        (one,) = await of(said.task_id)
        assert (one.state, one.delivered_by, one.unknown, one.unsent) == ("unknown", "smtp", 2, 1)
        async with transaction() as session:
            await settling.resolve(session, one.publication_id, Verdict(verdict="sent"), by=APPROVER)
        server.busy = ()
        await connected(server, MIXED)
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(said.task_id, ("published",)), within=60)
        assert to(server)[-1] == "cid@reader.example"


async def test_nobody_whose_message_was_taken_is_said_to_be_without_it(engine_running: Database, mail: Mail) -> None:
    with Server(lose=("bob@reader.example",), refuse=("cid@reader.example",)) as server:
        mail(server, MIXED)
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
    (one,) = await of(said.task_id)
    before = (await evidence(said.task_id)).history
    for named, error in (("ada@reader.example", RecipientReached), ("cid@reader.example", NothingToSettle)):
        found = Verdict(verdict="not_sent", recipients=[named], send_again=True)
        async with transaction() as session:
            with pytest.raises(error) as told:
                await settling.resolve(session, one.publication_id, found, by=APPROVER)
        assert error is NothingToSettle or (told.value.field, named in told.value.detail) == ("recipients.0", True)
    assert (await evidence(said.task_id)).history == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (["--token", "WORD"], "token"),
        (["--client-id", "86abc"], "client_id"),
        (["--organisation"], "organisation"),
        (["--expires", "2027-01-01T00:00Z"], "expires"),
        (["--page", "Acme"], "page"),
    ],
)
def test_at_the_command_line_what_a_mail_server_has_no_use_for_is_refused_by_its_name(
    engine_running: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    field: str,
) -> None:
    monkeypatch.setenv("WORD", "anything")
    with Server() as server:
        said = ["channels", "connect", "smtp", "--address", f"127.0.0.1:{server.port}", "--no-starttls"]
        said += ["--sender", "news@acme.example", "--recipients", "ada@reader.example", "--json", *given]
        assert run(said) != 0
    told = capsys.readouterr()
    assert f"{field}:" in told.err
