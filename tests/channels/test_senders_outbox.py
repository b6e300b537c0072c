"""The outbox writes exact bytes, whole files only, and knows its own."""

import asyncio
import json
import os
import resource
import stat
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cofounder.channels.senders import DeliveryDelayed, DeliveryRefused, route
from cofounder.channels.senders.delivery import Delivery
from cofounder.channels.senders.outbox import Outbox
from cofounder.kit.ids import new_id

TASK = UUID("01931d7c-3b80-7abc-8def-0123456789ab")


def delivery(**changes: object) -> Delivery:
    values: dict[str, object] = {
        "publication_id": new_id(),
        "task_id": TASK,
        "channel": "linkedin",
        "account": "outbox",
        "format": "text",
        "text": "Revenue jumped 20%.\r\nÜber alles — “quoted”\n",
        "fingerprint": "f" * 64,
        "on": date(2026, 11, 2),
        "since": datetime(2026, 11, 2, 9, tzinfo=UTC),
        **changes,
    }
    return Delivery.model_validate(values)


async def test_the_file_holds_the_exact_bytes_and_a_json_beside_it(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    sent = delivery()
    receipt = await outbox.send(sent, effect_key="k1")
    file = tmp_path / "outbox" / f"2026-11-02-linkedin-{TASK}.txt"
    assert receipt.url == str(file)
    assert file.read_bytes() == sent.text.encode()
    beside = json.loads(file.with_suffix(".json").read_text())
    assert beside["publication_id"] == str(sent.publication_id)
    assert beside["fingerprint"] == sent.fingerprint


@pytest.mark.parametrize(("format", "ending"), [("text", ".txt"), ("eml", ".eml"), ("html", ".html")])
async def test_the_ending_says_the_format(tmp_path: Path, format: str, ending: str) -> None:
    receipt = await Outbox(tmp_path).send(delivery(format=format), effect_key="k")
    assert receipt.url is not None
    assert receipt.url.endswith(ending)


async def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    receipt = await Outbox(folder).send(delivery(), effect_key="k")
    assert receipt.url is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_second_run_of_the_same_effect_finds_its_own_file(tmp_path: Path) -> None:
    outbox, sent = Outbox(tmp_path), delivery()
    first = await outbox.send(sent, effect_key="k1")
    assert await outbox.send(sent, effect_key="k1") == first
    assert await outbox.find_own(sent, effect_key="k1") == first
    assert len(list(tmp_path.iterdir())) == 2


async def test_another_effect_never_overwrites_a_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    first = await outbox.send(delivery(text="first"), effect_key="k1")
    with pytest.raises(DeliveryRefused, match="another file"):
        await outbox.send(delivery(text="second"), effect_key="k2")
    assert first.url is not None
    assert Path(first.url).read_text() == "first"
    assert await outbox.find_own(delivery(), effect_key="k2") is None


async def test_a_text_that_someone_else_put_there_stays(tmp_path: Path) -> None:
    (tmp_path / f"2026-11-02-linkedin-{TASK}.txt").write_text("not ours")
    with pytest.raises(DeliveryRefused):
        await Outbox(tmp_path).send(delivery(), effect_key="k1")
    assert [file.name for file in tmp_path.iterdir()] == [f"2026-11-02-linkedin-{TASK}.txt"]


async def test_what_a_killed_run_left_is_cleared_away_and_the_text_written(tmp_path: Path) -> None:
    name = f"2026-11-02-linkedin-{TASK}"
    (tmp_path / f".{name}.txt.part").write_text("Revenue jum")
    (tmp_path / f"{name}.json").write_text(json.dumps({"effect": "k1"}))
    outbox, sent = Outbox(tmp_path), delivery()
    assert await outbox.find_own(sent, effect_key="k1") is None
    await outbox.send(sent, effect_key="k1")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{name}.json", f"{name}.txt"]


async def test_many_at_once_write_one_file(tmp_path: Path) -> None:
    outbox, sent = Outbox(tmp_path), delivery()
    answers = await asyncio.gather(*(outbox.send(sent, effect_key="k") for _ in range(8)))
    assert len({answer.url for answer in answers}) == 1
    found = await outbox.find_own(sent, effect_key="k")
    assert found is not None
    assert found.url is not None
    assert Path(found.url).read_bytes() == sent.text.encode()


async def test_many_at_once_give_the_folder_one_name(tmp_path: Path) -> None:
    for number in range(20):
        outbox = Outbox(tmp_path / str(number) / "outbox")
        names = await asyncio.gather(*(asyncio.to_thread(outbox.id) for _ in range(8)))
        assert set(names) == {outbox.known_id()}
        assert [one.name for one in (tmp_path / str(number)).iterdir()] == ["outbox.id"]


async def test_a_full_disk_leaves_nothing_and_the_text_goes_out_once_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir(mode=0o700)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(DeliveryDelayed, match="could not be written"):
            await Outbox(folder).send(delivery(text="x" * 5000), effect_key="k1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(folder.iterdir()) == []
    receipt = await Outbox(folder).send(delivery(text="x" * 5000), effect_key="k1")
    assert receipt.url is not None
    assert Path(receipt.url).stat().st_size == 5000


def test_a_folder_that_may_not_be_written_is_told_and_may_be_mended(tmp_path: Path) -> None:
    """In a process of its own, so that it can give up being root."""
    code = textwrap.dedent(
        f"""
        import asyncio, concurrent.futures.thread, os, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path.cwd())!r})
        from tests.channels.test_senders_outbox import delivery
        from cofounder.channels.senders import DeliveryDelayed
        from cofounder.channels.senders.outbox import Outbox
        os.chdir("/")
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
        try:
            asyncio.run(Outbox(Path({str(tmp_path)!r}) / "outbox").send(delivery(), effect_key="k"))
        except DeliveryDelayed as error:
            print("delayed", error.detail)
        """
    )
    tmp_path.chmod(0o500)
    try:
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ}
        )
    finally:
        tmp_path.chmod(0o700)
    assert "delayed" in run.stdout, run.stderr
    assert "could not be written" in run.stdout


@given(channel=st.text(max_size=40), text=st.text(max_size=400))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_of_a_channel_leaves_the_folder(tmp_path: Path, channel: str, text: str) -> None:
    folder = tmp_path / str(new_id())
    encodable = text.encode("utf-8", "ignore").decode()
    receipt = asyncio.run(Outbox(folder).send(delivery(channel=channel, text=encodable), effect_key="k"))
    assert receipt.url is not None
    assert Path(receipt.url).resolve().parent == folder.resolve()
    assert Path(receipt.url).read_bytes() == encodable.encode()


def test_a_channel_without_an_account_goes_to_the_outbox_and_says_so() -> None:
    account = route("linkedin")
    assert account.sender == "outbox"
    assert account.note is not None
    assert "LinkedIn" in account.note
    assert route("outbox").note is None
