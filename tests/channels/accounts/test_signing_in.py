"""A sign-in: bound to whoever began it, good once, for ten minutes; whom it may speak for; what is told of it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from cofounder.channels import accounts
from cofounder.channels.accounts import errors, service, signing_in, views
from cofounder.channels.accounts.schemas import SignInBegun, SignInIn
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER
from tests.channels.accounts.world import APP, APP_SECRET, World

HERE = "http://127.0.0.1:8000/api/channels/callback"


async def begun(provider: Any = "x", browser: str | None = None, **more: Any) -> SignInBegun:
    given = {"client_id": APP, "client_secret": APP_SECRET, **more}
    async with transaction() as session:
        wanted = SignInIn(provider=provider, **given)
        return await signing_in.begin(session, wanted, redirect=HERE, browser=browser, by=LOCAL_OWNER)


async def signed_in(world: World, provider: Any = "x", **more: Any) -> AccountRow:
    made = await begun(provider, **more)
    code, state = world.agree(made.url)
    return await signing_in.finish(signing_in.Came(state, code))


async def written() -> str:
    """Everything that lies in the tables of accounts, the audit log and the alerts, as text."""
    found = []
    async with transaction() as session:
        for table in ("accounts", "channel_sign_ins", "audit_log", "alerts"):
            found += [str(row) for row in await session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(found)


async def test_x_is_signed_in_to_with_pkce_and_the_first_account_is_the_default(world: World) -> None:
    made = await begun()
    asked = parse_qs(urlsplit(made.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {
        "tweet.read",
        "tweet.write",
        "media.write",
        "users.read",
        "offline.access",
    }
    code, state = world.agree(made.url)
    row = await signing_in.finish(signing_in.Came(state, code))
    assert (row.name, row.external_id, row.state, row.is_default) == ("@acme", "2244994945", "connected", True)
    async with transaction() as session:
        (found,) = await accounts.refresh(session)
    assert found.details["handle"] == "acme"
    assert found.address == world.url
    assert await found.token() in world.access
    assert accounts.of("x") == found == accounts.of("x", "@acme")
    assert accounts.of("x", "@other") is None


async def test_no_secret_is_written_down_in_clear_or_told(world: World) -> None:
    for provider in ("x", "linkedin"):
        row = await signed_in(world, provider)
        told = views.shown(row).model_dump_json()
        for secret in (*world.issued, APP_SECRET):
            assert secret not in told
            assert secret not in repr(accounts.of(row.channel))
    everything = await written()
    for secret in (*world.issued, APP_SECRET):
        assert secret not in everything
    assert "channel.connected" in everything


async def test_a_state_counts_once(world: World) -> None:
    made = await begun()
    code, state = world.agree(made.url)
    await signing_in.finish(signing_in.Came(state, code))
    again, _ = world.agree(made.url)
    with pytest.raises(errors.SignInUnknown):
        await signing_in.finish(signing_in.Came(state, again))


async def test_a_state_that_nobody_made_counts_for_nothing(world: World) -> None:
    with pytest.raises(errors.SignInUnknown):
        await signing_in.finish(signing_in.Came("guessed", "code"))
    assert not world.asked


async def test_a_state_is_over_after_ten_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await begun()
    code, state = world.agree(made.url)
    late = clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(signing_in, "now", lambda: late)
    with pytest.raises(errors.SignInUnknown):
        await signing_in.finish(signing_in.Came(state, code))
    assert not world.asked


async def test_another_browser_cannot_end_a_sign_in_and_the_right_one_still_can(world: World) -> None:
    made = await begun(browser="the cookie of Mara")
    code, state = world.agree(made.url)
    for foreign in ("the cookie of Eve", None):
        with pytest.raises(errors.SignInOfAnother):
            await signing_in.finish(signing_in.Came(state, code, browser=foreign))
    assert not world.asked
    assert (await signing_in.finish(signing_in.Came(state, code, browser="the cookie of Mara"))).state == "connected"


async def test_a_person_who_says_no_at_the_provider_is_told_so(world: World) -> None:
    made = await begun()
    _, state = world.agree(made.url)
    with pytest.raises(errors.AccountRefused, match="denied"):
        await signing_in.finish(signing_in.Came(state, None, "access_denied"))
    async with transaction() as session:
        account, problem = await signing_in.result(session, made.sign_in_id)
    assert account is None
    assert "denied" in str(problem)


async def test_a_wrong_app_secret_is_told_without_it(world: World) -> None:
    made = await begun("linkedin", client_secret="wrong-secret-123456")
    code, state = world.agree(made.url)
    with pytest.raises(errors.AccountRefused) as told:
        await signing_in.finish(signing_in.Came(state, code))
    assert "invalid" in told.value.detail or "failed" in told.value.detail
    assert "wrong-secret-123456" not in told.value.detail
    assert "wrong-secret-123456" not in await written()


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_provider_that_is_away_changes_nothing(world: World, status: int) -> None:
    made = await begun()
    code, state = world.agree(made.url)
    world.bad["/2/oauth2/token"] = [(status, {"title": "Service Unavailable"})]
    with pytest.raises(errors.ProviderAway):
        await signing_in.finish(signing_in.Came(state, code))
    async with transaction() as session:
        assert await accounts.refresh(session) == ()


async def test_scopes_that_were_not_given_are_named(world: World) -> None:
    world.scope = "tweet.read users.read"
    row = await signed_in(world)
    told = views.shown(row)
    assert told.lacking == ["tweet.write", "media.write", "offline.access"]
    assert "tweet.write" in told.health


async def test_a_linkedin_person_has_a_sign_in_that_ends_in_sixty_days(world: World) -> None:
    row = await signed_in(world, "linkedin")
    assert (row.external_id, row.name) == ("urn:li:person:abc123", "Mara Miller")
    ends = row.sign_in_expires_at
    assert ends is not None
    assert timedelta(days=59) < ends - clock.now() <= timedelta(days=60)


async def test_of_several_linkedin_pages_a_person_chooses(world: World) -> None:
    row = await signed_in(world, "linkedin", kind="organisation")
    assert row.state == "choosing"
    async with transaction() as session:
        assert await accounts.refresh(session) == ()
        with pytest.raises(errors.ChoiceUnknown):
            await service.choose(session, row.id, "urn:li:organization:333", by=LOCAL_OWNER)
        chosen = await service.choose(session, row.id, "urn:li:organization:222", by=LOCAL_OWNER)
    assert (chosen.name, chosen.state, chosen.is_default) == ("Acme Labs", "connected", True)
    async with transaction() as session:
        (found,) = await accounts.refresh(session)
        with pytest.raises(errors.ChannelAccountMissing):
            await service.choose(session, row.id, "urn:li:organization:222", by=LOCAL_OWNER)
    assert found.external_id == "urn:li:organization:222"
    assert "api_version" in found.details


async def test_a_facebook_page_is_chosen_and_has_its_own_token(world: World) -> None:
    row = await signed_in(world, "facebook")
    assert [one.name for one in views.shown(row).choices] == ["Acme Page", "Acme Jobs"]
    async with transaction() as session:
        await service.choose(session, row.id, "9002", by=LOCAL_OWNER)
        (found,) = await accounts.refresh(session)
    assert (await found.token()).startswith("page-9002-")
    assert found.expires_at is not None  # data access ends
    row = await signed_in(world, "facebook", account_id=found.id)  # connected again: no second question
    assert (row.id, row.external_id, row.state) == (found.id, "9002", "connected")


async def test_the_only_page_is_chosen_by_itself(world: World) -> None:
    world.pages = world.pages[:1]
    assert (await signed_in(world, "facebook")).name == "Acme Page"


async def test_who_is_connected_again_keeps_the_name_and_the_app(world: World) -> None:
    row = await signed_in(world, name="Our X")
    made = await begun(client_id=None, client_secret=None, account_id=row.id)
    code, state = world.agree(made.url)
    again = await signing_in.finish(signing_in.Came(state, code))
    assert (again.id, again.name) == (row.id, "Our X")


async def test_a_sign_in_without_an_app_is_refused(world: World) -> None:
    with pytest.raises(errors.WayUnfit, match="id of your company's app"):
        await begun(client_id=None)
    with pytest.raises(errors.WayUnfit, match="secret of your company's app"):
        await begun("linkedin", client_secret=None)
