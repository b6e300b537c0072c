"""Threads: three to six whole posts, the first with the fact, the last with the question."""

from itertools import pairwise

from cofounder.models.brief import Draft
from cofounder.models.offline import plain
from cofounder.models.offline.checks import Room
from cofounder.models.offline.composing import Candidate
from cofounder.models.offline.finishing import as_sentence, draft_of, hashtags, limits
from cofounder.models.offline.posts import Writing
from cofounder.models.offline.refining import Wishes
from cofounder.models.offline.texts import sentences

POST = 260  # characters a post may have


def thread(writing: Writing, wishes: Wishes) -> Draft:
    """A thread in posts that each stand alone."""
    brief = writing.brief
    low, high = brief.form.parts or (3, 6)
    search = writing.search(Room((45, 260), None, 200), skip=wishes.skip)

    def make() -> Candidate:
        candidate = search.composer.compose(floor=brief.form.words[0])
        candidate.paragraphs = _posts(candidate.paragraphs, low, high)
        return candidate

    candidate = search.best(make)
    if candidate is None:
        return plain.plain(writing)
    parts = candidate.paragraphs
    if brief.call_to_action:
        ask = as_sentence(brief.call_to_action)
        parts = [*parts[:-1], f"{parts[-1]} {ask}"] if len(parts[-1]) + len(ask) < POST else [*parts, ask]
    return draft_of(
        brief,
        "\n\n".join(parts),
        ledger=writing.ledger,
        persona=writing.voice.id,
        scene=writing.scene,
        candidate=candidate,
        notes=limits(brief, writing.scene, candidate.said),
        parts=parts,
        tags=hashtags(brief, writing.scene, writing.voice.never)[:1],
    )


def _posts(paragraphs: list[str], low: int, high: int) -> list[str]:
    """Paragraphs as posts: long ones split at sentences, short neighbours joined, `low` to `high` of them."""
    posts: list[str] = []
    for paragraph in paragraphs:
        posts += _split(paragraph) if len(paragraph) > POST else [paragraph]
    if posts and len(posts[0]) < 90 and len(posts) > low and len(posts[0]) + len(posts[1]) < POST - 2:
        end = " " if posts[0][-1:] in ".?!:" else "\n"
        posts[0:2] = [f"{posts[0]}{end}{posts[1]}"]
    while len(posts) > high:
        pairs = [(len(a) + len(b), at) for at, (a, b) in enumerate(pairwise(posts))]
        size, at = min(pairs)
        if size >= POST:
            break
        posts[at : at + 2] = [f"{posts[at]} {posts[at + 1]}"]
    while len(posts) < low:
        longest = max(range(len(posts)), key=lambda at: len(posts[at]), default=-1)
        halves = _halves(posts[longest]) if longest >= 0 else []
        if len(halves) < 2:
            break
        posts[longest : longest + 1] = halves
    return posts


def _split(text: str) -> list[str]:
    found: list[str] = []
    glue = "\n" if "\n" in text else " "
    for part in text.split("\n") if "\n" in text else sentences(text):
        if found and len(found[-1]) + len(part) + 1 <= POST:
            found[-1] = f"{found[-1]}{glue}{part}"
        else:
            found.append(part)
    return found


def _halves(text: str) -> list[str]:
    parts = sentences(text)
    if len(parts) < 2:
        return [text]
    middle = len(parts) // 2
    glue = "\n" if "\n" in text else " "
    return [glue.join(parts[:middle]), glue.join(parts[middle:])]
