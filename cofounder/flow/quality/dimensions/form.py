"""Format: the channel's shape, line by line."""

import re
from collections.abc import Iterator

from cofounder.channels.counting import EMOJI, LINK, length
from cofounder.flow.quality.dimensions.reading import FREE_KINDS, Reading, verdict
from cofounder.flow.quality.prose import counted, sentences, words
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue
from cofounder.models.figures import read

_TAG = re.compile(r"(?<![\w&/])#(?=\w*[^\W\d_])\w+")
_TAG_LINE = re.compile(r"\s*(?:#\w+\s*)+")
_MARKUP = re.compile(
    r"\*\*[^*\n]+\*\*|^#{1,6} |\[[^\]\n]+\]\([^)\n]+\)|^```|<(?:b|i|strong|em|p|br|h\d)\b", re.MULTILINE
)
_GREETING = re.compile(r"\A(?:hi|hello|hey|dear|good (?:morning|day)|\{\{\s*(?:first_)?name)", re.IGNORECASE)
_LONG_PARAGRAPH = 75  # words
Fault = tuple[float, str, str]  # cost, code, message


def score(reading: Reading) -> DimensionScore:
    """1 in the channel's shape; each fault costs what it says."""
    faults = list(_faults(reading))
    evidence = [
        f"{counted(len(reading.paragraphs), 'paragraph')}, {counted(len(_tags(reading)), 'hashtag')}, "
        f"{counted(len(LINK.findall(reading.text)), 'link')} for {reading.rules.label}."
    ]
    issues = [Issue(dimension="format", code=code, message=message, severity="minor") for _, code, message in faults]
    return verdict(1.0 - sum(cost for cost, _, _ in faults), evidence + [message for _, _, message in faults], issues)


def _faults(reading: Reading) -> Iterator[Fault]:
    if not reading.text.strip():
        yield 1.0, "empty", "The text is empty."
        return
    yield from _spam(reading)
    if reading.subject.rendered.format != "html" and _MARKUP.search(reading.text):
        yield 0.1, "markup_left", f"{reading.rules.label} shows marks such as ** or [ ]( ) as they are."
    if reading.subject.brief.kind in FREE_KINDS - {"shorten", "restyle", "edit"}:
        return
    yield from _tagging(reading)
    yield from _lines(reading)
    rendered = reading.subject.rendered
    if rendered.format == "eml":
        yield from _mail(reading)
    elif rendered.format == "html":
        yield from _article(reading)
    elif rendered.parts:
        yield from _thread(reading)


def _tags(reading: Reading) -> list[str]:
    return _TAG.findall(reading.text)


def _tagging(reading: Reading) -> Iterator[Fault]:
    most = reading.form.hashtags[1]
    tags = _tags(reading)
    if reading.subject.rendered.format == "html":
        return
    if len(tags) > most:
        yield (
            min(0.4, 0.1 * (len(tags) - most)),
            "too_many_hashtags",
            f"{counted(len(tags), 'hashtag')}; at most {most} here.",
        )
    inline = [tag for line in reading.text.split("\n") if not _TAG_LINE.fullmatch(line) for tag in _TAG.findall(line)]
    if inline:
        yield 0.1, "hashtag_in_sentence", f"{inline[0]} stands in a sentence; hashtags come last."
    links = LINK.findall(reading.text)
    if len(links) > reading.rules.links:
        yield 0.15, "too_many_links", f"{counted(len(links), 'link')}; at most {reading.rules.links} here."


def _lines(reading: Reading) -> Iterator[Fault]:
    fold = reading.form.first_line_characters
    first = next((one.text for one in sentences(reading.text)), "")
    if fold is not None and len(first) > fold:
        yield 0.15, "first_line_cut", f"The first sentence has {len(first)} characters; {fold} show before the fold."
    low, high = reading.form.paragraphs
    count = len(reading.paragraphs)
    if not reading.subject.rendered.parts and not low <= count <= high:
        off = low - count if count < low else count - high
        yield min(0.24, 0.06 * off), "paragraphs_off", f"{counted(count, 'paragraph')}; {low} to {high} here."
    if any(len(words(block)) > _LONG_PARAGRAPH for block in reading.paragraphs) and reading.rules.title is None:
        yield 0.1, "wall_of_text", f"A paragraph of more than {_LONG_PARAGRAPH} words is hard to read on a phone."


def _spam(reading: Reading) -> Iterator[Fault]:
    pictures = EMOJI.findall(reading.text)
    if len(pictures) > 1:
        yield min(0.3, 0.08 * (len(pictures) - 1)), "too_many_emoji", f"{len(pictures)} emoji; one is enough."
    loud = [one for one in reading.findings if one.code in ("loud_marks", "capitals", "fake_bold")]
    if loud:
        yield 0.1 * min(3, len(loud)), "shouting", f"“{loud[0].excerpt}” shouts."
    run = 0
    for line in reading.text.split("\n"):
        if line.strip():
            run = run + 1 if len(line.split()) == 1 else 0
        if run == 3:
            yield 0.1, "one_word_lines", "Lines of one word each, stacked."
            return


def _mail(reading: Reading) -> Iterator[Fault]:
    draft, wanted = reading.draft, reading.rules.subject
    subject = (draft.subject or "").strip()
    if not subject:
        yield 0.25, "subject_missing", "The e-mail has no subject."
    elif wanted is not None and not wanted[0] <= len(subject) <= wanted[1]:
        off = max(wanted[0] - len(subject), len(subject) - wanted[1])
        yield (
            min(0.15, 0.05 + 0.01 * off),
            "subject_length",
            f"The subject has {len(subject)} characters; {wanted[0]} to {wanted[1]} show whole.",
        )
    if subject and reading.subject.brief.facts and not read(subject):
        yield 0.05, "subject_without_figure", "The subject names no figure; readers open what is concrete."
    preheader = (draft.preheader or "").strip()
    if not preheader:
        yield 0.08, "preheader_missing", "There is no preheader, so the inbox shows the first words of the text."
    elif set(_low(preheader)) <= set(_low(subject)):
        yield 0.08, "preheader_repeats", "The preheader repeats the subject."
    if not _GREETING.match(reading.text):
        yield 0.06, "greeting_missing", "It greets nobody."


def _low(text: str) -> list[str]:
    return [word.lower() for word in words(text)]


def _article(reading: Reading) -> Iterator[Fault]:
    draft, most = reading.draft, reading.rules.title or 60
    title = (draft.title or "").strip()
    if not title:
        yield 0.25, "title_missing", "The article has no title."
    elif len(title) > most:
        yield 0.1, "title_too_long", f"The title has {len(title)} characters; {most} show in a search."
    sections = len(re.findall(r"^## ", reading.text, re.MULTILINE))
    if sections < 2:
        yield 0.15, "sections_missing", f"{sections} sections; a heading for each fact lets readers skim."
    if reading.subject.brief.facts and not re.search(r"^\s*\|.+\|\s*$", reading.text, re.MULTILINE):
        yield 0.06, "source_table_missing", "There is no table of the sources."


def _thread(reading: Reading) -> Iterator[Fault]:
    parts = reading.subject.rendered.parts
    low, high = reading.form.parts or (3, 6)
    if not low <= len(parts) <= high:
        yield 0.2, "thread_size", f"{counted(len(parts), 'post')}; {low} to {high} read well."
    if length("x", parts[0]) < 40:
        yield 0.08, "thin_opening", "The first post is too thin to stand alone."
    if any("http" in part for part in parts[:-1]):
        yield 0.08, "early_link", "The link belongs in the last post."
    if any(part.rstrip().endswith((",", "and", "…")) for part in parts):
        yield 0.08, "cut_post", "A post breaks off; each should be whole."
