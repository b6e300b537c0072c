"""Work on a given text: shorten, restyle, edit, summarise. Figures, names and negations stay as they are."""

import re
from collections.abc import Callable

from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import Ledger, read
from cofounder.models.offline.finishing import figures
from cofounder.models.offline.texts import count_words, sentences, words

_HEDGES = re.compile(
    r"(?:^|(?<=[.!?]\s))we are (?:\w+ ){0,2}(?:pleased|happy|excited|delighted|glad|proud) to (?:say|announce|share|tell you|report) that\s*|"
    r"\b(?:really|very|quite|actually|basically|essentially|literally|simply|somewhat|rather|just|in order(?= to)|"
    r"it is worth noting that|it should be noted that|it is important to note that|needless to say,?|"
    r"as a matter of fact,?|at the end of the day,?|to be honest,?|in my opinion,?|we (?:believe|think|feel) that|"
    r"I (?:believe|think|feel) that|for all intents and purposes,?|at this point in time,?)\s*",
    re.IGNORECASE,
)
_DOUBLETS = (
    (r"\beach and every\b", "every"),
    (r"\bfirst and foremost\b", "first"),
    (r"\b(?:any and all)\b", "all"),
    (r"\bnew innovations?\b", "innovation"),
    (r"\bend result\b", "result"),
    (r"\bfuture plans\b", "plans"),
    (r"\bin order to\b", "to"),
    (r"\bdue to the fact that\b", "because"),
    (r"\bin spite of the fact that\b", "although"),
    (r"\bin the event that\b", "if"),
    (r"\ba (?:large|great) number of\b", "many"),
    (r"\bthe majority of\b", "most"),
    (r"\bhas the ability to\b", "can"),
    (r"\bhave the ability to\b", "can"),
    (r"\bis able to\b", "can"),
    (r"\bare able to\b", "can"),
    (r"\bmake a decision\b", "decide"),
    (r"\bmade a decision\b", "decided"),
    (r"\bcome to a conclusion\b", "conclude"),
    (r"\bgive consideration to\b", "consider"),
    (r"\bconduct an analysis of\b", "analyse"),
    (r"\bprior to\b", "before"),
    (r"\bsubsequent to\b", "after"),
    (r"\bwith regard to\b", "about"),
    (r"\bat the present time\b", "now"),
    (r"\butili[sz]e\b", "use"),
    (r"\butili[sz]ed\b", "used"),
    (r"\butili[sz]ing\b", "using"),
    (r"\bin the near future\b", "soon"),
)
_CONTRACT = (
    (r"\b(I) am\b", r"\1'm"),
    (r"\b(we|you|they) are\b", r"\1're"),
    (r"\b(it|that|there|what|who) is\b", r"\1's"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should) not\b", r"\1n't"),
    (r"\bcannot\b", "can't"),
    (r"\bwill not\b", "won't"),
    (r"\b(I|we|you|they) have (?=\w+(?:ed|en|un|wn|ne)\b)", r"\1've "),
    (r"\b(I|we|you|they|it) will\b", r"\1'll"),
)
_EXPAND = (
    (r"\bcan['’]t\b", "cannot"),
    (r"\bwon['’]t\b", "will not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)n['’]t\b", r"\1 not"),
    (r"\b(I)['’]m\b", r"\1 am"),
    (r"\b(we|you|they)['’]re\b", r"\1 are"),
    (r"\b(it|that|there|what|who|here)['’]s\b", r"\1 is"),
    (r"\b(I|we|you|they)['’]ve\b", r"\1 have"),
    (r"\b(I|we|you|they|it)['’]ll\b", r"\1 will"),
)
_FORMAL = (
    (r"\bhey\b", "hello"),
    (r"\bget\b", "receive"),
    (r"\bgot\b", "received"),
    (r"\bstuff\b", "material"),
    (r"\bkids\b", "children"),
    (r"\ba lot of(?= \w+s\b)", "many"),
    (r"\blots of(?= \w+s\b)", "many"),
    (r"\bkind of\b", "somewhat"),
    (r"\bawesome\b", "excellent"),
    (r"\bcool\b", "useful"),
    (r"\bhuge\b", "considerable"),
    (r"\bguys\b", "everyone"),
    (r"\bok(?:ay)?\b", "acceptable"),
    (r"!+", "."),
)
_FRIENDLY = (
    (r"\bpurchase\b", "buy"),
    (r"\bassist\b", "help"),
    (r"\bcommence\b", "start"),
    (r"\bterminate\b", "end"),
    (r"\badditionally\b", "also"),
    (r"\bfurthermore\b", "also"),
    (r"\bhowever,\s", "but "),
    (r"\btherefore\b", "so"),
    (r"\bobtain\b", "get"),
    (r"\breceive\b", "get"),
    (r"\bindividuals\b", "people"),
    (r"\bprovide\b", "give"),
    (r"\brequire\b", "need"),
    (r"\bregarding\b", "about"),
)
_NEGATION = re.compile(r"\b(?:not|no|never|none|without|cannot|n['’]t)\b|n['’]t\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_DANGLING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|but|and|so|however|therefore|also|such)\b", re.IGNORECASE
)
_REPLACE = re.compile(
    r"\b(?:replace|change)\s+[\"“'](?P<old>[^\"”']+)[\"”']\s+(?:with|to|by)\s+[\"“'](?P<new>[^\"”']+)[\"”']",
    re.IGNORECASE,
)


def edit(brief: Brief) -> Draft:
    """The given text, changed as the kind says; the notes say what was done and what could not be judged."""
    text = (brief.text or (brief.previous.body if brief.previous else "")).strip()
    if not text:
        return _draft(brief, "", ["There is no text to work on; paste it into the request."])
    made: dict[str, Callable[[Brief, str], tuple[str, list[str]]]] = {
        "shorten": shorten,
        "restyle": restyle,
        "summary": summarise,
        "edit": correct,
    }
    body, notes = made[brief.kind](brief, text)
    return _draft(brief, body, notes)


def _draft(brief: Brief, body: str, notes: list[str]) -> Draft:
    ledger = Ledger(brief.facts, brief.period, [brief.text or "", brief.request])
    return Draft(
        body=body,
        link=brief.link,
        figures=figures(ledger, [body]),
        notes=notes,
        choices={"seed": brief.seed, "attempt": brief.attempt, "kind": brief.kind},
    )


def _swap(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in pairs:

        def put(match: re.Match[str], new: str = new) -> str:
            said = match.expand(new)
            return said[:1].upper() + said[1:] if match.group()[:1].isupper() else said

        text = re.sub(pattern, put, text, flags=re.IGNORECASE)
    return text


def _clean(text: str) -> str:
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"([.!?])\.+", r"\1", text)
    text = re.sub(r"(^|[.!?]\s+|\n)([a-z])", lambda match: match[1] + match[2].upper(), text)
    return text.strip()


def tighten(text: str) -> str:
    """A text without hedges and doublets."""
    return _clean(_HEDGES.sub("", _swap(text, _DOUBLETS)))


def _centrality(parts: list[str]) -> list[float]:
    """How much of the whole text's vocabulary each sentence shares, longer words counting."""
    bags = [{word for word in words(part) if len(word) > 3} for part in parts]
    scores = []
    for place, bag in enumerate(bags):
        rest = set().union(*(other for at, other in enumerate(bags) if at != place)) if len(bags) > 1 else set()
        score = len(bag & rest) / (len(bag) ** 0.5 or 1) if bag else 0.0
        score += 2.0 if place == 0 else 0.0
        score += 1.2 * bool(read(parts[place])) + 1.2 * bool(_NEGATION.search(parts[place]))
        score += 0.8 * bool(_NAME.search(parts[place]))
        scores.append(score)
    return scores


def _paragraphs(text: str) -> list[list[str]]:
    return [sentences(block) for block in re.split(r"\n\s*\n", text) if block.strip()]


def _join(blocks: list[list[str]]) -> str:
    return "\n\n".join(" ".join(block) for block in blocks if block)


def shorten(brief: Brief, text: str) -> tuple[str, list[str]]:
    """Cuts hedges and doublets, then the least central sentences, down to the limit (two thirds unless said)."""
    before = count_words(text)
    limit = brief.max_words or max(12, round(before * 0.67))
    tight = tighten(text)
    blocks = _paragraphs(tight)
    while count_words(_join(blocks)) > limit and sum(map(len, blocks)) > 1:
        flat = [(at, place) for at, block in enumerate(blocks) for place in range(len(block))]
        scores = _centrality([blocks[at][place] for at, place in flat])
        _, weakest = min((score, number) for number, score in enumerate(scores))
        at, place = flat[weakest]
        if place + 1 < len(blocks[at]) and _DANGLING.match(blocks[at][place + 1]) and len(flat) > 2:
            place += 1  # what hangs on a sentence goes before the sentence itself
        del blocks[at][place]
    body = _refilled(_paragraphs(tight), blocks, limit)
    after = count_words(body)
    kept = {figure.text for figure in read(body)}
    lost = [figure.text for figure in read(text) if figure.text not in kept]
    figures_word = "figures kept" if not lost else f"without these figures: {', '.join(dict.fromkeys(lost))}"
    notes = [f"Cut from {before} to {after} words, {figures_word}; I cannot judge the argument."]
    denied = [one for one in sentences(tight) if _NEGATION.search(one) and one not in body]
    if denied:
        notes.append(f"Left out, though it denies something: “{denied[0]}”")
    if after > limit:
        notes.append(f"It does not go under {limit} words without losing a whole thought.")
    return body, notes


def _refilled(whole: list[list[str]], blocks: list[list[str]], limit: int) -> str:
    """The cut text with every dropped sentence that still fits, the most central first, in its old place."""
    kept = {one for block in blocks for one in block}
    flat = [one for block in whole for one in block]
    scores = dict(zip(flat, _centrality(flat), strict=False))
    for sentence in sorted((one for one in flat if one not in kept), key=lambda one: -scores[one]):
        before = flat[flat.index(sentence) - 1] if flat.index(sentence) else ""
        if _DANGLING.match(sentence) and before not in kept:
            continue
        if sum(map(count_words, kept)) + count_words(sentence) <= limit:
            kept.add(sentence)
    return _join([[one for one in block if one in kept] for block in whole])


def restyle(brief: Brief, text: str) -> tuple[str, list[str]]:
    """Another tone by contractions and lexicon; the sense stays."""
    tone = f"{brief.tone} {brief.feedback or ''} {brief.request}".lower()
    formal = any(word in tone for word in ("formal", "professional", "serious", "official")) and not any(
        word in tone for word in ("less formal", "informal", "casual", "friendl", "relaxed", "warm", "playful")
    )
    lexicon = (_EXPAND, _FORMAL) if formal else (_CONTRACT, _FRIENDLY)
    body = _clean(_swap(_swap(_swap(text, _DOUBLETS), lexicon[0]), lexicon[1]))
    changed = _changed(text, body)
    notes = [
        f"Changed {changed} word{'s' if changed != 1 else ''} towards a {'formal' if formal else 'friendlier'} tone."
    ]
    notes.append("Offline I change wording and contractions; I do not rewrite the argument.")
    return body, notes


def _changed(before: str, after: str) -> int:
    return len(set(words(after)) - set(words(before)))


def correct(brief: Brief, text: str) -> tuple[str, list[str]]:
    """Tightens, mends spacing and doubled words, and does the replacements the request spells out."""
    body = text
    notes: list[str] = []
    for match in _REPLACE.finditer(f"{brief.request}\n{brief.feedback or ''}"):
        if match["old"] in body:
            body = body.replace(match["old"], match["new"])
            notes.append(f"Replaced “{match['old']}” with “{match['new']}”.")
        else:
            notes.append(f"“{match['old']}” does not stand in the text.")
    mended = re.sub(r"\b(\w+) \1\b", r"\1", body, flags=re.IGNORECASE)
    if mended != body:
        notes.append("Removed doubled words.")
    body = tighten(mended)
    for word in brief.must_avoid:
        if re.search(rf"\b{re.escape(word)}\b", body, re.IGNORECASE):
            kept = [[one for one in block if word.lower() not in one.lower()] for block in _paragraphs(body)]
            if any(kept):
                body = _join(kept)
                notes.append(f"Left out the sentences with “{word}”.")
    if body == text:
        notes.append("Nothing to mend was found.")
    notes.append("Offline I mend wording; I cannot judge the argument.")
    return body, notes


def summarise(brief: Brief, text: str) -> tuple[str, list[str]]:
    """Three to five sentences of the text, in order, none that hangs on a sentence left out."""
    parts = [one for one in sentences(text) if count_words(one) >= 4]
    most = max(1, min(brief.count or (3 if len(parts) < 12 else 5), 5))
    if len(parts) <= most:
        return text, ["The text is already as short as a summary."]
    scores = _centrality(parts)
    order = sorted(range(len(parts)), key=lambda at: -scores[at])
    picked = sorted([at for at in order if not _DANGLING.match(parts[at])][:most])
    limit = brief.max_words
    while limit and len(picked) > 1 and sum(count_words(parts[at]) for at in picked) > limit:
        picked.remove(min(picked, key=lambda at: scores[at]))
    body = " ".join(parts[at] for at in picked)
    return body, [f"{len(picked)} sentences of the text, in order; what they leave out I cannot weigh."]
