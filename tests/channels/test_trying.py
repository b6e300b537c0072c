"""The mail server can be tried as a publication would use it, and nobody gets a mail of it."""

from cofounder.channels import trying
from cofounder.ops.trying import ConnectionTried
from cofounder.settings import Settings
from tests.channels.smtp import Mute, Server
from tests.channels.test_senders_email import chosen


async def _tried(given: Settings, seconds: float = 30.0) -> ConnectionTried:
    (found,) = await trying.trial(given, seconds=seconds)
    return found


async def test_a_server_that_would_take_it_works_and_gets_nothing() -> None:
    with Server(password="four words in a row") as server:
        found = await _tried(chosen(server, smtp_username="post", smtp_password="four words in a row"))
        assert found.works
        assert "Nothing was sent" in found.detail
        assert server.messages == []


async def test_a_wrong_password_is_told() -> None:
    with Server(password="four words in a row") as server:
        found = await _tried(chosen(server, smtp_username="post", smtp_password="another"))
    assert not found.works
    assert "535" in found.detail
    assert "another" not in found.detail


async def test_a_recipient_that_is_refused_is_named_and_the_others_are_asked_still() -> None:
    with Server(refuse=("ada@reader.example", "bob@reader.example")) as server:
        found = await _tried(chosen(server))
    assert not found.works
    assert "ada@reader.example" in found.detail
    assert "2 recipients" in found.detail


async def test_a_line_that_is_cut_in_the_middle_is_told() -> None:
    with Server(drop_at="RCPT") as server:
        assert not (await _tried(chosen(server))).works


async def test_a_server_that_says_nothing_ends_by_a_time_out() -> None:
    async with Mute() as server:
        found = await _tried(chosen(server), seconds=0.5)
    assert not found.works


async def test_what_is_not_set_up_says_what_to_name() -> None:
    found = await _tried(Settings(email_from="news@acme.example"))
    assert not found.works
    assert found.mend == "Name the mail server and the recipients in Settings."
