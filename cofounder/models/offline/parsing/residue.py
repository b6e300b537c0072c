"""What no part of a reading rests on: words that were seen and not understood. They are told, never passed over."""

import re

from cofounder.models.offline.parsing import metrics
from cofounder.models.offline.parsing.sense import Sense
from cofounder.models.offline.parsing.tongues import ENGLISH

_WORD = re.compile(r"[a-z][a-z'-]*[a-z]")
# Words that ask, point, join or name what is made: a reading lives by them without keeping where they stood.
_SAYS_LITTLE = """
    a i able add after afterwards again ahead aim along already always another anyone anything appreciate article articles asap ask asked asks attached away back based because become been before begin being
    below best better big bit blog both brand brief briefly bring build business came can't cannot caption channel channels city clear come comes comma companies company compose content copy could couldn't craft crisp
    current currently dear deliver describe did didn't different document doesn't doing don't done draft drafted during each easy editorial either else email emails end engaging enough entry even ever every everybody everyone everything
    exactly excellent facebook fast few final finally find fine finish first five fix following form formatted forward four further generate gets getting gives giving go goes going good got great guys had hand hasn't
    haven't having headline headlines hello help helps hey hi high highlight highlights hope idea ideas including instead interesting issue it'd it's item items i'd i'll i'm i've keep kind kindly know language later latest least
    leave less let's line lines linkedin list little long longer look looking looks lot lots love made mail main making many matter maybe me mean mention message messages might mind monthly much must myself name named namely need needed
    needs never newsletter newsletters nice nobody none nothing notice now number off offer often ok okay once one ones online onto open order other others otherwise ought ourselves output outline own page part parts people perhaps piece place
    plan planning pls point points possible possibly post posted posting posts prepare preferably pretty probably produce project promote proper provide publish published publishing purpose put question quick quickly quite rather read reader readers ready real really reason
    regarding release report request requested respectively right run said same saw say saying says schedule second section see seen send sending sense sent separate set several shall shared shares short shorter shortly should show shows simple simply since single six small
    social something somehow soon sort sound sounds speak start state still story style such suggest sum sure take takes talk talking task tell tells text texts thank thanks that's then there's therefore thing things think third those though thought thread three through thus tie time
    times title titles today together tomorrow tone too top topic toward towards true try turn tweet tweets twitter two type under understand up upon update updates us used useful usual usually variant variants various version versions very via view
    want wanted wants way ways we'd we'll we're we've weekly well went what's whatever whenever where whether which while whole whom whose why wide will wish within wonder wondering won't word words worth would wouldn't write writes writing written x yes yet you'd you're
    you've yours yourself analyse analyze analysis analysing compare comparing comparison forecast predict projection estimate summarise summarize summary recap shorten trim condense rewrite rephrase edit proofread polish improve check review compliance compliant
    celebrate celebrating announcing explain explaining covering describing describe introducing introduce promoting sharing highlighting summarising summarizing thanking inviting teasing grammar spelling typos punctuation
    paragraph site website thx everywhere key write-up digest convert adapt repurpose rework scan research identify find break down drop dropped drops rise rose fall fell grew grow grown growing developed develop happened happen worked working
    perform performed performing expect expected visitors promise advance regards greetings cheers sentence sentences bit brag share welcome event content linkedin's x's dear sir madam claims claim legal allowed rules gdpr ad
    figures figure metrics metric results result performance growth numbers data analytics report reports overview breakdown insights trend trends market industry competitors calendar follow-up reminder announcement announce media
    team customers customer clients users audience followers subscribers month months year years week weeks quarter quarters day days last next this previous past coming current
"""  # fmt: skip
_KNOWN = frozenset(_SAYS_LITTLE.split())
_CLAUSE = re.compile(r"[,;:.!?()\n–—]|\s-\s")


def find(found: Sense) -> list[str]:
    """The stretches that nothing rests on, as they are written; of a stretch only from its first to its last such word."""
    low = found.reading.low
    covered = bytearray(len(low))
    for start, end in _covered(found, low):
        covered[max(start, 0) : end] = b"\1" * max(0, min(end, len(low)) - max(start, 0))
    runs: list[list[int]] = []
    for word in _WORD.finditer(low):
        if any(covered[word.start() : word.end()]) or word[0] in _KNOWN or word[0] in ENGLISH:
            continue
        gap = low[runs[-1][1] : word.start()] if runs else ""
        if runs and len(gap) < 40 and not _CLAUSE.search(gap) and not any(covered[runs[-1][1] : word.start()]):
            runs[-1][1] = word.end()
        else:
            runs.append([word.start(), word.end()])
    return [found.reading.instruction[start:end] for start, end in runs]


def _covered(found: Sense, low: str) -> list[tuple[int, int]]:
    spans = [*found.taken(), *((m.start, m.end) for m in found.mentions), *found.demands.avoided]
    spans += [(m.start, m.end) for m in found.times.mentions]
    spans += [(a, b + 16) for a, b in found.given.earlier_at]
    spans += [match.span() for match in metrics.ANY.finditer(low)]
    words = [
        found.times.compare_words,
        *found.times.unclear,
        *found.given.words,
        *found.unmade,
        *found.demands.unsupported,
    ]
    words += [words for part in found.parts for _, words in part.found.kinds if len(words.split()) < 4]
    words += [action.topic.lower() for action in found.actions] + [found.topic_guess.lower()]
    for one in filter(None, words):
        at = low.find(one)
        while at >= 0:
            spans.append((at, at + len(one)))
            at = low.find(one, at + len(one))
    return spans
