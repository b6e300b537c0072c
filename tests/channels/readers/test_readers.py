"""What each provider counted of own posts: told as it is, gone where it is gone, later where it is not told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cofounder.channels import readers
from cofounder.channels.accounts import Connected, SignInNeeded
from cofounder.channels.naming import post_of
from cofounder.channels.readers import Asked, ReaderAway, ReadingDelayed, ReadingRefused, ReadOut, wire
from cofounder.kit import storable
from cofounder.kit.clock import now
from cofounder.settings import settings
from tests.channels.readers.servers import (
    SECRET,
    TOKEN,
    Bad,
    Counting,
    Facebook,
    Ghost,
    LinkedIn,
    WordPress,
    X,
    ago,
    connected,
    running,
)

PAGE, MEMBER = "urn:li:organization:7", "urn:li:person:a"
SHARE = "urn:li:share:{}"


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites of these tests lie on loopback."""
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    settings.cache_clear()


def account(server: Counting, external_id: str = "42") -> Connected:
    kinds: dict[type, Any] = {
        X: "x",
        Facebook: "facebook",
        LinkedIn: "linkedin",
        WordPress: "wordpress",
        Ghost: "ghost",
    }
    secret = {"user": "ann", "password": SECRET, "admin_key": "6748:b1b5b9c1d4"}
    return connected(kinds[type(server)], server.url, external_id=external_id, secret=secret)


async def read(of: Connected, *ids: str, left_out: frozenset[str] = frozenset(), hours: float = 1) -> ReadOut:
    reader = readers.of(of)
    assert reader is not None
    out = await reader.read(of, [Asked(id, ago(hours=hours)) for id in ids], left_out)
    told = [one.external_id for one in out.counted] + [*out.gone, *out.not_offered, *out.later]
    assert sorted(told) == sorted(ids)  # each exactly once
    assert SECRET not in repr(out)
    assert TOKEN not in repr(out)
    return out


def counts(out: ReadOut) -> dict[str, dict[str, int]]:
    return {one.external_id: one.counts for one in out.counted}


async def test_x_tells_public_figures_and_those_that_only_the_author_sees() -> None:
    server = X()
    server.figures["1"] = {"impressions": 900, "likes": 7, "shares": 2, "quotes": 1, "comments": 3, "clicks": 11}
    async with running(server):
        out = await read(account(server), "1", "2")
        told = {"impressions": 900, "likes": 7, "shares": 3, "comments": 3, "bookmarks": 0, "clicks": 11}
        assert counts(out) == {"1": told}
        assert out.gone == {"2": "It is no longer on X."}
        assert out.quota == {"limit": 900, "remaining": 899, "resets": 1_900_000_000}
        reader = readers.of(account(server))
        assert reader is not None
        assert await reader.followers(account(server)) == 1_000


async def test_x_is_not_asked_for_private_figures_of_an_old_post() -> None:
    server = X()
    server.figures["1"] = {"impressions": 900, "clicks": 11, "old": 1}
    async with running(server):
        out = await read(account(server), "1", hours=24 * 40)
        assert "clicks" not in counts(out)["1"]
        assert len(server.asked_for) == 1
        out = await read(account(server), "1")  # it is older for X than our clock says
        assert counts(out)["1"]["impressions"] == 900
        assert len(server.asked_for) == 3


async def test_x_reads_public_figures_where_the_rest_is_not_allowed() -> None:
    server = X(forbidden={"private"})
    server.figures["1"] = {"impressions": 5, "clicks": 1}
    async with running(server):
        out = await read(account(server), "1")
        assert counts(out)["1"]["impressions"] == 5
        assert out.left_out == {"non_public_metrics"}
        server.asked_for.clear()
        await read(account(server), "1", left_out=out.left_out)
        assert len(server.asked_for) == 1


async def test_facebook_tells_reactions_and_insights() -> None:
    server = Facebook()
    server.figures["7_1"] = {"views": 500, "reach": 400, "clicks": 9, "likes": 12, "comments": 4, "shares": 3}
    server.figures["7_2"] = {"likes": 1}
    server.figures["7_4"] = {"slow": 1}
    async with running(server):
        out = await read(account(server, "7"), "7_1", "7_2", "7_3", "7_4")
        assert counts(out) == {
            "7_1": {"views": 500, "reach": 400, "clicks": 9, "likes": 12, "comments": 4, "shares": 3},
            "7_2": {"likes": 1, "comments": 0, "shares": 0},
        }
        assert list(out.gone) == ["7_3"]
        assert list(out.later) == ["7_4"]
        assert out.quota["x-app-usage"]["call_count"] == 28
        reader = readers.of(account(server, "7"))
        assert reader is not None
        assert await reader.followers(account(server, "7")) == 1_000


async def test_a_metric_that_facebook_removed_is_left_out_and_the_others_are_read() -> None:
    server = Facebook(removed={"post_clicks"})
    server.figures = {"7_1": {"views": 500, "reach": 400, "clicks": 9}, "7_2": {"views": 5, "reach": 4}}
    async with running(server):
        out = await read(account(server, "7"), "7_1", "7_2")
        assert counts(out)["7_1"]["views"] == 500
        assert "clicks" not in counts(out)["7_1"]
        assert out.left_out == {"post_clicks"}
        assert any("post_clicks no more" in one for one in out.notes)
        before = len(server.asked_for)
        again = await read(account(server, "7"), "7_1", "7_2", left_out=out.left_out)
        assert counts(again) == counts(out)
        assert len(server.asked_for) - before == 2  # one question less: nothing is found out a second time


async def test_facebook_without_the_permission_for_insights_still_tells_reactions() -> None:
    server = Facebook(forbidden={"read_insights"})
    server.figures["7_1"] = {"views": 500, "likes": 12}
    async with running(server):
        out = await read(account(server, "7"), "7_1")
        assert counts(out)["7_1"] == {"likes": 12, "comments": 0, "shares": 0}
        assert any("read_insights" in one for one in out.notes)
        assert not out.left_out


async def test_facebook_says_too_fast_and_signed_out_inside_of_a_batch() -> None:
    server = Facebook(forbidden={"rate"})
    server.figures["7_1"] = {"likes": 1}
    async with running(server):
        with pytest.raises(ReadingDelayed):
            await read(account(server, "7"), "7_1")
        server.forbidden = {"token"}
        with pytest.raises(SignInNeeded):
            await read(account(server, "7"), "7_1")


async def test_linkedin_tells_a_pages_posts_and_which_are_gone() -> None:
    server = LinkedIn()
    one, two, three = (SHARE.format(n) for n in (1, 2, 3))
    other = "urn:li:ugcPost:4"
    server.figures = {one: {"impressions": 70, "reach": 60, "clicks": 5, "likes": 4, "shares": 1, "comments": 2}}
    server.figures |= {two: {}, other: {"impressions": 3}}
    async with running(server):
        out = await read(account(server, PAGE), one, two, three, other)
        assert counts(out) == {one: server.figures[one], other: {"impressions": 3}}
        assert list(out.gone) == [three]
        assert out.later == {two: "LinkedIn has counted nothing of it yet."}
        reader = readers.of(account(server))
        assert reader is not None
        assert await reader.followers(account(server, PAGE)) == 1_000


async def test_linkedin_tells_a_members_posts_figure_by_figure() -> None:
    server = LinkedIn()
    one, gone = SHARE.format(1), SHARE.format(2)
    server.figures = {one: {"impressions": 70, "reach": 60, "likes": 4, "shares": 1, "comments": 2}}
    async with running(server):
        out = await read(account(server, MEMBER), one, gone)
        assert counts(out) == {one: server.figures[one]}
        assert list(out.gone) == [gone]
        reader = readers.of(account(server))
        assert reader is not None
        assert await reader.followers(account(server, MEMBER)) == 1_000


async def test_linkedin_without_the_permission_for_analytics_tells_what_everybody_sees() -> None:
    server = LinkedIn(forbidden={"memberCreatorPostAnalytics"})
    one, gone = SHARE.format(1), SHARE.format(2)
    server.figures = {one: {"impressions": 70, "likes": 4, "comments": 2}}
    async with running(server):
        out = await read(account(server, MEMBER), one, gone)
        assert counts(out) == {one: {"likes": 4, "comments": 2}}
        assert list(out.gone) == [gone]
        assert out.left_out == {"memberCreatorPostAnalytics"}
        server.asked.clear()
        await read(account(server, MEMBER), one, gone, left_out=out.left_out)
        assert server.asked == ["GET /rest/socialMetadata"]


async def test_a_version_that_linkedin_ended_is_said() -> None:
    server = LinkedIn()
    server.version_ended = True
    async with running(server):
        with pytest.raises(ReadingRefused, match="202610 is not active"):
            await read(account(server, PAGE), SHARE.format(1))


async def test_a_blog_tells_comments_or_clicks() -> None:
    site, newsletter = WordPress(), Ghost()
    site.figures = {"5": {"comments": 3}}
    newsletter.figures = {"a": {"clicks": 8}, "b": {}}
    async with running(site), running(newsletter):
        out = await read(account(site), "5", "6")
        assert counts(out) == {"5": {"comments": 3}}
        assert list(out.gone) == ["6"]
        out = await read(account(newsletter), "a", "b", "c")
        assert counts(out) == {"a": {"clicks": 8}}
        assert list(out.not_offered) == ["b"]
        assert list(out.gone) == ["c"]
        for one in (account(site), account(newsletter)):
            reader = readers.of(one)
            assert reader is not None
            assert await reader.followers(one) is None


Servers = Callable[[], Counting]


@pytest.mark.parametrize("make", [X, Facebook, LinkedIn, WordPress, Ghost])
async def test_trouble_of_the_whole_is_told_in_the_same_words_by_all(make: Servers) -> None:
    server = make()
    id = SHARE.format(1) if isinstance(server, LinkedIn) else "5"
    server.figures[id] = {"impressions": 1, "clicks": 1}
    async with running(server):
        of = account(server, PAGE if isinstance(server, LinkedIn) else "42")
        for status, error in ((401, SignInNeeded), (429, ReadingDelayed), (500, ReaderAway), (503, ReaderAway)):
            server.bad = [Bad(status, headers={"Retry-After": "120"} if status == 429 else {})]
            with pytest.raises(error) as told:
                await read(of, id)
            assert TOKEN not in str(told.value)
            if isinstance(told.value, ReadingDelayed):
                assert timedelta(seconds=100) < told.value.until - now() < timedelta(seconds=140)
        server.bad = []
        assert counts(await read(of, id))
    with pytest.raises(ReaderAway):
        await read(of, id)  # nobody is there


def test_the_time_to_wait_is_read_from_what_providers_send() -> None:
    at = now()
    soon = int((at + timedelta(minutes=3)).timestamp())
    assert abs(wire.wait_until({"x-rate-limit-reset": str(soon)}) - at - timedelta(minutes=3)) < timedelta(seconds=3)
    assert wire.wait_until({"retry-after": "999999999"}) - at < timedelta(hours=25)
    assert wire.wait_until({"retry-after": "0"}) > at
    for nonsense in ("x", "-5", "1e9", "²", ""):
        assert at < wire.wait_until({"retry-after": nonsense}) < at + timedelta(hours=25)


def test_what_is_kept_of_an_answer_holds_no_secret_and_is_short() -> None:
    kept = wire.kept({"a": [{"Access_Token": SECRET, "n": 1}], "b": "x\x00" * 5})
    assert SECRET not in str(kept)
    assert "\x00" not in str(kept)
    assert len(str(wire.kept({"many": ["word " * 100] * 100}))) < 5_000
    assert wire.kept([1]) == {"answer": [1]}
    for unstorable in (1e400, 10**400, float("nan"), "\ud800"):
        assert storable.first_fault(wire.kept({"likes": unstorable})) is None
    for no_counter in (True, -1, 1.5, "7", None, float("nan"), 10**20, 2**80, 1e30):
        assert wire.number(no_counter) is None


async def test_a_site_is_asked_for_its_own_posts_by_the_ids_that_it_knows() -> None:
    server = WordPress()
    server.figures["4"] = {"comments": 6}
    async with running(server):
        mine, elsewhere = post_of(server.url, 4), post_of("https://other.example", 4)
        out = await read(account(server), mine, elsewhere)
    assert counts(out) == {mine: {"comments": 6}}
    assert out.not_offered == {elsewhere: "It stands on another site than this account's."}


async def test_a_ghost_is_asked_for_its_own_posts_by_the_ids_that_it_knows() -> None:
    server = Ghost()
    server.figures["aa1"] = {"clicks": 33}
    async with running(server):
        mine, elsewhere = post_of(server.url, "aa1"), post_of("https://other.example", "aa1")
        out = await read(account(server), mine, elsewhere)
    assert list(counts(out)) == [mine]
    assert list(out.not_offered) == [elsewhere]
