"""What a brief forbids: a metric by any of its names goes with its facts, any other words go as words."""

import re
from collections.abc import Sequence

from cofounder.models.brief import Brief, Draft, Fact
from cofounder.models.figures import withheld
from cofounder.models.figures.families import WORD_FAMILY, family_of
from cofounder.models.offline.checks import barred, broken
from cofounder.models.offline.metrics import naming
from cofounder.models.offline.texts import sentences

_LEAD_IN = re.compile(
    r"^(?:(?:please|do not|don[’']?t|never|no|avoid)\s+|(?:mention|mentioning|include|say|use|using|name|naming|talk about)\s+"
    r"|(?:any|all) (?:mention|talk) of\s+|the (?:words?|terms?|phrases?)\s+|(?:any|the|our|all)\s+)+",
    re.IGNORECASE,
)
_FILLER = frozenset(
    [
        "a",
        "any",
        "all",
        "the",
        "our",
        "your",
        "total",
        "website",
        "site",
        "web",
        "online",
        "rate",
        "rates",
        "number",
        "numbers",
        "figure",
        "figures",
        "metric",
        "metrics",
        "data",
        "stat",
        "stats",
        "statistics",
        "count",
        "counts",
        "monthly",
    ]
)
_ALSO_PLAIN = frozenset({"employees", "spend", "views", "leads", "comments", "shares", "likes"})  # everyday words too


def without_barred(brief: Brief) -> Brief:
    """The brief with every `must_avoid` entry worked in: named metrics without their facts, all their words barred."""
    words: list[str] = []
    families: set[str] = set()
    for entry in brief.must_avoid:
        if withheld([entry]):
            words.append(entry)
            continue
        for part in re.split(r"\s*(?:,|;|\bor\b|\band\b|/)\s*", entry):
            part = _LEAD_IN.sub("", part.strip()).strip(" .!\"'“”‘’")
            found = families_named(part, brief.facts)
            families |= found
            words += [*sorted(_words_of(found, brief.facts)), *([] if found else [part])]
    words = list(dict.fromkeys(word.lower() for word in words if word))
    facts = [fact for fact in brief.facts if not _falls(fact, families, words)]
    return brief.model_copy(update={"must_avoid": words, "facts": facts}) if words else brief


def families_named(text: str, facts: Sequence[Fact]) -> set[str]:
    """The metrics that words name and nothing but name: "website visits" is traffic, "visit us" is not a metric."""
    parts = [word for word in re.findall(r"[a-z][a-z'’-]*", text.lower()) if word not in _FILLER]
    if not parts:
        return set()
    own = {family_of(fact.metric) for fact in facts}
    for fact in facts:
        nouns = [word for word in fact.noun.lower().split() if word not in _FILLER]
        metric = [word for word in fact.metric.lower().split("_") if word not in _FILLER]
        if parts in (nouns, metric):
            return {family_of(fact.metric)}
    found = {WORD_FAMILY.get(word, "") for word in parts}
    return set() if "" in found or (found & _ALSO_PLAIN) - own else found


def _words_of(families: set[str], facts: Sequence[Fact]) -> set[str]:
    words = {word for word, family in WORD_FAMILY.items() if family in families}
    if "conversions" in families:
        words |= {"conversion", "convert"}
    for fact in facts:
        if family_of(fact.metric) in families:
            words |= {fact.noun.lower(), fact.metric.replace("_", " ")}
    return words


def _falls(fact: Fact, families: set[str], words: Sequence[str]) -> bool:
    """Whether a fact is one of the named metrics, or cannot be told without their words."""
    if fact.kind == "cause":
        return any(_holds(fact.noun, word) for word in words)
    if family_of(fact.metric) in families:
        return True
    name = naming(fact)
    return any(_holds(text, word) for text in (name.subject, name.phrase) for word in words)


def _holds(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}", text.lower()))


def cleared(draft: Draft, brief: Brief) -> Draft:
    """The last look: no sentence that is broken or forbidden leaves, whatever wrote it; what went is said."""
    gone: list[str] = []

    def keep(text: str) -> str:
        if not _refused(text, brief):
            return text
        lines = []
        for line in text.split("\n"):
            kept = [one for one in sentences(line) if not _refused(one, brief)] if _refused(line, brief) else [line]
            gone.extend(one for one in sentences(line) if _refused(one, brief))
            if kept or not line.strip():
                lines.append(" ".join(kept))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    update: dict[str, object] = {"body": keep(draft.body)}
    for name in ("title", "subject", "preheader"):
        text = getattr(draft, name)
        if text:
            update[name] = keep(text) or None
    if draft.parts:
        update["parts"] = [one for one in map(keep, draft.parts) if one]
    update["hashtags"] = [tag for tag in draft.hashtags if not _in_tag(tag, brief)]
    if gone:
        why = "forbidden words or a fault"
        update["notes"] = [*draft.notes, f"{len(set(gone))} sentence(s) with {why} were taken out."]
    return draft.model_copy(update=update)


def _refused(text: str, brief: Brief) -> bool:
    return bool(text.strip() and (barred(text, brief) or broken(text)))


def _in_tag(tag: str, brief: Brief) -> bool:
    return any(word.replace(" ", "") in tag.lower() for word in brief.must_avoid if len(word) > 2)
