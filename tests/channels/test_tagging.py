"""A tagged link is the same link with our tags; nothing else of a text changes; tagging twice is tagging once."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder import channels
from cofounder.channels import fitting, linkedin
from cofounder.channels.counting import length
from cofounder.channels.tagging import bare, campaign_in, found, mark, tags
from cofounder.models.brief import Draft
from cofounder.settings import own_sites

TASK, OTHER = UUID(int=5), UUID(int=6)
SITES = own_sites("acme.com, https://www.bücher.example/shop")
OURS = ("utm_source", "utm_medium", "utm_campaign", "utm_content")
LINKEDIN = tags(SITES, "linkedin", TASK, "Spring prices")

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_~."
SEGMENTS = st.text(_PLAIN + "éüß", min_size=1, max_size=6) | st.sampled_from(
    ["%20", "%C3%A9", "a%2Fb", "(b)", "x,y", "@me"]
)
PATHS = st.lists(SEGMENTS, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))
PAIRS = st.tuples(st.text("abcxyz_", min_size=1, max_size=4), st.text("abc019%+-é".replace("%", ""), max_size=5))
QUERIES = st.lists(PAIRS, max_size=3).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
FRAGMENTS = st.sampled_from(["", "#top", "#/route?x=1", "#a%20b"])
HOSTS = st.sampled_from(
    ["acme.com", "www.acme.com", "shop.acme.com:8443", "ACME.com", "bücher.example", "xn--bcher-kva.example"]
)


@st.composite
def own_links(draw: st.DrawFn) -> str:
    query = draw(QUERIES)
    made = f"{draw(st.sampled_from(['https', 'http', 'HTTPS']))}://{draw(HOSTS)}{draw(PATHS)}"
    made += (f"?{query}" if query else "") + draw(FRAGMENTS)
    return made if made[-1] not in ".,;:!?'*" else f"{made}a"


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='<>|`[]{}\\^"/:.@'), max_size=12)
AROUND = st.sampled_from(
    [("", ""), ("(", ")"), ("", "."), ("“", "”"), ("see ", ", and"), ("**", "**"), ("[t](", ")."), ("", "。更多")]
)


@given(link=own_links())
def test_a_tagged_link_is_the_same_link_with_our_tags(link: str) -> None:
    tagged = LINKEDIN.of(link)
    before, after = urlsplit(link), urlsplit(tagged)
    assert (after.scheme, after.netloc, after.path, after.fragment) == (
        before.scheme, before.netloc, before.path, before.fragment,
    )  # fmt: skip
    asked = parse_qsl(after.query, keep_blank_values=True)
    assert asked[: len(asked) - 4] == parse_qsl(before.query, keep_blank_values=True)
    assert dict(asked[-4:]) == {
        "utm_source": "linkedin",
        "utm_medium": "social",
        "utm_campaign": LINKEDIN.campaign,
        "utm_content": mark(TASK, "linkedin"),
    }
    assert LINKEDIN.of(tagged) == tagged
    assert bare(tagged) == link


@given(link=own_links(), around=AROUND, words=st.tuples(WORDS, WORDS))
def test_a_text_keeps_every_word_around_its_links(link: str, around: tuple[str, str], words: tuple[str, str]) -> None:
    text = f"{words[0]} {around[0]}{link}{around[1]} {words[1]}"
    tagged = LINKEDIN.on(text, bare_names=True)
    assert tagged == f"{words[0]} {around[0]}{LINKEDIN.of(link)}{around[1]} {words[1]}"
    assert LINKEDIN.on(tagged, bare_names=True) == tagged
    assert bare(tagged) == text
    assert campaign_in([tagged], mark(TASK, "linkedin")) == LINKEDIN.campaign


@given(link=own_links())
def test_x_counts_a_tagged_link_as_any_other(link: str) -> None:
    tagged = tags(SITES, "x", TASK, "Spring").of(link)
    if length("x", f"Read {link}") == len("Read ") + 23:  # else it is no link to X, and each sign counts
        assert length("x", f"Read {tagged}") == len("Read ") + 23


@given(link=own_links())
def test_another_channel_and_another_task_put_their_own_in_place_of_ours(link: str) -> None:
    there = tags(SITES, "x", OTHER, "Another")
    assert there.of(LINKEDIN.of(link)) == there.of(link)


@pytest.mark.parametrize(
    "text",
    [
        "https://other.example/a",
        "https://notacme.com",
        "https://acme.com.evil.example/",
        "https://acme.com@evil.example/",
        "https://evil.example/?next=https://acme.com/a",
        "https://lnkd.in/acme.com",
        "Acme.com sells more.",
        "write to me@acme.com/x",
        "ftp://acme.com/a",
        "https://acme.com/价格的话",  # where it ends nobody can say
        "https:///acme.com",
        "https://[::1]/acme.com",
    ],
)
def test_what_is_not_surely_a_link_of_ours_stays_as_it_is(text: str) -> None:
    assert LINKEDIN.on(text, bare_names=True) == text


def test_tags_that_a_person_wrote_stay_and_only_what_is_missing_is_added() -> None:
    link = "https://acme.com/?UTM_Source=partner&utm_campaign=a%20b"
    assert LINKEDIN.of(link) == f"{link}&utm_medium=social&utm_content={mark(TASK, 'linkedin')}"
    whole = "https://acme.com/?utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d"
    assert LINKEDIN.of(whole) == whole == bare(whole)


def test_a_placeholder_stays_whole() -> None:
    assert LINKEDIN.on("https://acme.com/u?id={{name}}").startswith(
        "https://acme.com/u?id={{name}}&utm_source=linkedin"
    )


def test_the_same_link_twice_is_tagged_twice_and_said_once() -> None:
    draft = Draft(body="Read https://acme.com/a and https://acme.com/a again.", link="https://acme.com/a", model="m")
    text = channels.render("facebook", draft, tags(SITES, "facebook", TASK, "Spring")).text
    assert text.count("utm_content=") == 2


def test_a_name_with_a_path_is_a_link_on_networks_and_words_in_an_article() -> None:
    draft = Draft(body="See acme.com/prices today.", model="m")
    assert "acme.com/prices?utm_source=x" in channels.render("x", draft, tags(SITES, "x", TASK, "Spring")).text
    assert "utm_" not in channels.render("blog", draft, tags(SITES, "blog", TASK, "Spring")).text


def test_an_article_has_its_tags_under_the_words() -> None:
    body = (
        "Read [our prices](https://acme.com/p?a=1&b=2 'Prices'), <https://acme.com/q> and ![x](https://acme.com/i.png)."
    )
    made = channels.render("blog", Draft(body=body, title="T", model="m"), tags(SITES, "blog", TASK, "Spring"))
    assert '<a href="https://acme.com/p?a=1&amp;b=2&amp;utm_source=blog&amp;utm_medium=referral' in made.text
    assert ">https://acme.com/q</a>" in made.text
    assert 'src="https://acme.com/i.png"' in made.text
    assert made.plain == f"T\n\n{body}"


def test_a_mail_has_its_tags_under_the_words_in_html_and_in_sight_in_its_text() -> None:
    draft = Draft(
        body="Read https://acme.com/a.\n\nSee the prices.", link="https://acme.com/p", call_to_action="See the prices",
        subject="S", model="m",
    )  # fmt: skip
    made = channels.render("email", draft, tags(SITES, "email", TASK, "Spring"))
    assert made.html is not None
    assert ">https://acme.com/a</a>." in made.html
    assert 'href="https://acme.com/p?utm_source=email&amp;utm_medium=email' in made.html
    assert "https://acme.com/a?utm_source=email&utm_medium=email" in made.plain
    message = message_from_string(made.text, policy=SMTP)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    assert isinstance(plain, EmailMessage)
    assert plain.get_content().replace("\r\n", "\n").strip() == made.plain
    assert [url for _, _, url in found(bare(made.plain))] == ["https://acme.com/a", "https://acme.com/p"]


def test_a_thread_has_them_in_each_post() -> None:
    draft = Draft(body="", parts=["One https://acme.com/a", "Two https://other.example"], model="m")
    made = channels.render("x thread", draft, tags(SITES, "x", TASK, "Spring"))
    assert "utm_content" in made.parts[0]
    assert "utm_content" not in made.parts[1]
    assert made.length <= 280


def test_linkedin_is_sent_what_people_see() -> None:
    made = channels.render("linkedin", Draft(body="Read https://acme.com/a_(b)", model="m"), LINKEDIN)
    assert made.api_text is not None
    assert linkedin.unescape(made.api_text) == made.text
    assert r"utm\_source=linkedin" in made.api_text


def test_a_text_that_its_tags_make_too_long_says_so() -> None:
    body = "a" * 2_975 + "\nhttps://acme.com/p"
    assert fitting.fits(channels.render("linkedin", Draft(body=body, model="m")))
    made = channels.render("linkedin", Draft(body=body, model="m"), LINKEDIN)
    tags_alone = len(LINKEDIN.of("https://acme.com/p")) - len("https://acme.com/p")
    assert fitting.too_long(made, "LinkedIn") == (
        f"LinkedIn takes 3,000 characters; this text has {len(made.api_text or ''):,}, of which {tags_alone} are tags on "
        "links to your own site."
    )


def test_a_text_that_escapes_make_too_long_says_so() -> None:
    made = channels.render("linkedin", Draft(body="(" * 1_600, model="m"))
    assert made.length == 1_600
    assert fitting.too_long(made, "LinkedIn") == (
        "LinkedIn takes 3,000 characters; this text has 3,200 with the signs that its API needs before brackets, "
        "hashtags and the like."
    )


def test_what_is_no_site_is_named() -> None:
    assert own_sites("https://WWW.Acme.com/shop, bücher.example acme.com") == ("acme.com", "xn--bcher-kva.example")
    for wrong in ("acme", "acme .com", "-a.com", "https://", "a..com"):
        with pytest.raises(ValueError, match="is no site"):
            own_sites(wrong)
