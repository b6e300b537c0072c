"""Rendering changes layout, never words; the same draft gives the same bytes."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder import channels
from cofounder.channels import UnknownChannel, email, linkedin
from cofounder.models.brief import Draft

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], exclude_characters="<>|`*_[]\\&~"),
    min_size=1,
    max_size=12,
)
BODIES = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=4).map("\n\n".join)
TAGS = st.lists(st.from_regex(r"#[A-Za-z][A-Za-z0-9]{1,8}", fullmatch=True), max_size=3, unique_by=str.lower)
DRAFTS = st.builds(Draft, body=BODIES, hashtags=TAGS, subject=st.just("Orders up 12% in March"), title=st.just("March"))


def words_of(text: str) -> list[str]:
    import unicodedata

    return unicodedata.normalize("NFC", text).split()


@given(draft=DRAFTS, channel=st.sampled_from(channels.CHANNELS))
@settings(max_examples=120, deadline=None)
def test_rendering_twice_gives_the_same_bytes(draft: Draft, channel: str) -> None:
    first = channels.render(channel, draft)
    assert channels.render(channel, draft).model_dump() == first.model_dump()
    first.text.encode("utf-8")


@given(draft=DRAFTS, channel=st.sampled_from(["linkedin", "x", "facebook", "webhook"]))
@settings(max_examples=120, deadline=None)
def test_a_post_holds_the_words_of_its_draft_and_nothing_else(draft: Draft, channel: str) -> None:
    rendered = channels.render(channel, draft)
    said = words_of(draft.body)
    assert words_of(rendered.text)[: len(said)] == said
    in_body = {tag.lower() for tag in re.findall(r"#\w+", draft.body)}
    assert words_of(rendered.text)[len(said) :] == [tag for tag in draft.hashtags if tag.lower() not in in_body]


@given(draft=DRAFTS)
@settings(max_examples=80, deadline=None)
def test_an_email_reads_back_as_the_words_of_its_draft(draft: Draft) -> None:
    rendered = channels.render("email", draft)
    message = message_from_bytes(rendered.text.encode(), policy=SMTP)
    body = message.get_body(("plain",))
    assert body is not None
    read = words_of(body.get_content())
    assert read[: len(words_of(draft.body))] == words_of(draft.body)
    assert read[-1] == "{{unsubscribe}}"


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80))
@settings(max_examples=300, deadline=None)
def test_linkedin_escapes_are_reversible(text: str) -> None:
    assert linkedin.unescape(linkedin.escape(text)) == text


@given(text=st.text("ab|{}@[]()<>#*_~\\ 1", max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_reserved_character_reaches_linkedin_bare(text: str) -> None:
    bare = re.sub(r"\{hashtag\|\\#\|(?:\\.|\w)+\}", "", linkedin.escape(text))
    assert not re.search(r"(?<!\\)[|{}@\[\]()<>#*_~]", re.sub(r"\\\\", "", bare))
    assert linkedin.unescape(linkedin.escape(text)) == text


def test_people_see_the_text_and_the_api_gets_the_escaped_one() -> None:
    rendered = channels.render("linkedin", Draft(body="Margins (net) rose.", hashtags=["#Retail"]))
    assert rendered.text == "Margins (net) rose.\n\n#Retail"
    assert rendered.api_text == "Margins \\(net\\) rose.\n\n{hashtag|\\#|Retail}"


def test_link_and_hashtags_come_last_and_once() -> None:
    draft = Draft(
        body="See https://acme.test/report #Retail", link="https://acme.test/report", hashtags=["Retail", "Q2"]
    )
    assert channels.render("facebook", draft).text == "See https://acme.test/report #Retail\n\n#Q2"


def test_x_weighs_links_23_emoji_2_and_wide_letters_2() -> None:
    assert channels.length("x", "a" * 280) == 280
    assert channels.length("x", "https://acme.com/" + "a" * 300) == 23
    assert channels.length("x", "go to acme.com now") == len("go to ") + 23 + len(" now")
    assert channels.length("x", "👍🏽") == 2
    assert channels.length("x", "👨‍👩‍👧‍👦🇩🇪1️⃣") == 6
    assert channels.length("x", "日本") == 4
    assert channels.length("x", "e\u0301") == 1
    assert channels.length("x", "“quoted”…") == len("“quoted”") + 2


def test_linkedin_counts_utf16_units() -> None:
    assert channels.length("linkedin", "a😀") == 3


def test_a_thread_keeps_its_posts_and_puts_the_tags_in_the_last() -> None:
    draft = Draft(body="One.\n\nTwo.", parts=["One.", "Two."], hashtags=["#Retail"], link="https://acme.test")
    rendered = channels.render("x", draft)
    assert rendered.parts == ["One.", "Two.\n\nhttps://acme.test\n\n#Retail"]
    assert rendered.text == "One.\n\n---\n\nTwo.\n\nhttps://acme.test\n\n#Retail"
    assert rendered.length == max(channels.length("x", part) for part in rendered.parts)


def test_paragraphs_become_posts_where_a_thread_is_asked_for() -> None:
    assert channels.render("thread", Draft(body="One.\n\nTwo.")).parts == ["One.", "Two."]


def test_raw_html_and_unsafe_links_in_an_article_stay_text() -> None:
    body = "<script>alert(1)</script>\n\n[now](javascript:alert(1)) and **bold** & more"
    rendered = channels.render("blog", Draft(body=body, title="A <b> & c"))
    assert "<script" not in rendered.text
    assert "href=" not in rendered.text
    assert "<strong>bold</strong>" in rendered.text
    assert "<h1>A &lt;b&gt; &amp; c</h1>" in rendered.text
    assert rendered.html is not None
    assert "<h1>" not in rendered.html


def test_an_article_can_hold_a_table() -> None:
    rendered = channels.render("wordpress", Draft(body="| a | b |\n|---|---|\n| 1 | 2 |", title="T"))
    assert "<table>" in rendered.text
    assert rendered.channel == "blog"


def test_the_mail_of_one_recipient_is_filled_and_escaped() -> None:
    rendered = channels.render("email", Draft(body="Hi {{name}},\n\nBye.", subject="For {{name}} – März"))
    assert rendered.placeholders == ["from", "to", "name", "unsubscribe"]
    values = {
        "from": "a@acme.test",
        "to": "b@acme.test",
        "name": "Ann <x>",
        "unsubscribe": "https://acme.test/u?a=1&b=2",
    }
    made = email.complete(
        rendered.text, values, sent_at=datetime(2026, 3, 1, 9, tzinfo=UTC), message_id="<1@acme.test>"
    )
    read = message_from_bytes(made.as_bytes(), policy=SMTP)
    assert read["Subject"] == "For Ann <x> – März"
    assert read["Message-ID"] == "<1@acme.test>"
    assert read["Date"].datetime.day == 1
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith("Hi Ann <x>,")
    assert "Hi Ann &lt;x&gt;," in html.get_content()
    assert 'href="https://acme.test/u?a=1&amp;b=2"' in html.get_content()


def test_a_half_filled_mail_does_not_leave() -> None:
    rendered = channels.render("email", Draft(body="Hi {{name}}", subject="Hello there"))
    with pytest.raises(KeyError):
        email.complete(rendered.text, {"from": "a@b.c", "to": "d@e.f"}, sent_at=datetime.now(UTC), message_id="<1@b.c>")


def test_the_call_to_action_carries_the_link() -> None:
    draft = Draft(
        body="Two new ovens.\n\nSee them bake.",
        call_to_action="See them bake.",
        link="https://acme.test/o",
        subject="s",
    )
    html = channels.render("email", draft).html
    assert html is not None
    assert '<a href="https://acme.test/o">See them bake.</a>' in html


def test_names_that_people_use_find_their_channel() -> None:
    assert channels.canonical("Twitter") == "x"
    assert channels.canonical("E-Mail") == "email"
    assert channels.canonical(" Linked In ") == "linkedin"
    assert channels.canonical("pigeon") is None
    assert channels.form("twitter", thread=True).channel == "thread"
    with pytest.raises(UnknownChannel):
        channels.form("pigeon")


def test_every_channel_has_a_form_and_a_rendering() -> None:
    for channel in channels.CHANNELS:
        assert channels.form(channel).channel == channel
        assert channels.render(channel, Draft(body="Bread.")).text.strip()


def test_the_preview_shows_the_fold_and_every_word() -> None:
    body = "We baked all night. " + "Then we slept. " * 20
    rendered = channels.render("linkedin", Draft(body=body))
    shown = channels.preview("linkedin", rendered)
    assert "…see more" in shown
    assert shown.split("…see more")[0].count("We baked all night.") == 1
    assert "".join(shown.split("\n", 1)[1].replace("…see more", "").split()) == "".join(body.split())
    assert "…see more" not in channels.preview("linkedin", channels.render("linkedin", Draft(body="Short.")))


def test_the_preview_of_a_mail_shows_subject_and_preheader() -> None:
    rendered = channels.render("email", Draft(body="Hi", subject="Ovens are in", preheader="Both of them"))
    assert "Ovens are in" in channels.preview("email", rendered)
    assert "Both of them" in channels.preview("email", rendered)


def test_control_characters_and_stray_blanks_do_not_travel() -> None:
    assert channels.render("x", Draft(body="a\x00b  \r\n\r\n\r\n\r\nc ")).text == "ab\n\nc"


def test_a_mail_without_a_subject_shows_the_one_it_will_get() -> None:
    rendered = channels.render("email", Draft(body="Two new ovens came in. " * 9))
    assert rendered.subject is not None
    assert rendered.subject.startswith("Two new ovens")
    assert len(rendered.subject) <= 60
    assert f"Subject: {rendered.subject}" in rendered.text
