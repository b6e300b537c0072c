"""Very short texts: the fact with its base, then what a voice says of it, within so many characters."""

from cofounder.models.brief import Brief
from cofounder.models.offline.checks import Room, opens_on
from cofounder.models.offline.clauses import Telling
from cofounder.models.offline.composing import Candidate
from cofounder.models.offline.posts import Writing
from cofounder.models.offline.searching import Search


def short(writing: Writing, room: Room, *, skip: frozenset[str] = frozenset()) -> Candidate | None:
    """One short text in the room, the lead's value, base and change in it."""
    search = writing.search(room, skip=skip)
    return search.best(lambda: _made(search, room, writing))


def _made(search: Search, room: Room, writing: Writing) -> Candidate:
    most = room.characters[1] if room.characters else 250
    least = room.characters[0] if room.characters else 140
    composer, rng = search.composer, search.rng
    telling = Telling()
    fact = composer.move("xfact", telling)
    if fact is None:
        return Candidate([], "short", [])
    if search.first is not None and not opens_on(fact, search.first):
        telling = Telling()
        fact = composer.opening(search.first, telling)
    asides = [name for name in writing.voice.aside if name not in composer.skip]
    closing = "close" if "close" in asides and rng.random() < 0.6 else None
    middle = [name for name in asides if name != "close"]
    rng.shuffle(middle)
    aim = composer.move("target", telling) if "tb" in composer.scene.slots else None
    parts, ending = [fact, *([aim] if aim else [])], None
    for name in [*middle[:3], *([closing] if closing else []), *middle[3:]]:
        room_left = most - len(" ".join(parts)) - 1
        if len(" ".join(parts)) >= least and name != closing and rng.random() < 0.35:
            continue
        before = set(telling.said), list(telling.used)
        said = composer.move(name, telling)
        if said is None or len(said) > room_left:
            telling.said, telling.used = before
            continue
        if ending is not None:
            parts.insert(-1, said)
        else:
            parts.append(said)
        if name == "close":
            ending = said
    return Candidate([" ".join(parts)], "short", telling.used, telling.said, ending)


def room_for(brief: Brief, reserve: int = 0) -> Room:
    """The room of a very short form: its hard limit, less what hashtags and a link will take."""
    limit = (brief.form.max_characters or 280) - reserve
    if brief.link:
        limit -= 24
    return Room((3, 80), (min(140, limit // 2), min(250 - reserve, limit)), None)
