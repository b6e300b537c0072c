"""Clauses that ask about figures and markets: analyse, compare, forecast, look at trends."""

import re

from cofounder.models.offline.parsing import cues, metrics
from cofounder.models.offline.parsing.clause import Context, Found


def has_figures(words: str, context: Context) -> bool:
    return bool(metrics.find(words) or metrics.FIGURES.search(words) or context.timed)


def market(words: str, context: Context) -> Found | None:
    match = cues.MARKET.search(words)
    if match is None or (
        metrics.find(words) and not re.search(r"\b(?:competitors?|competition|industry|market trends?)\b", words)
    ):
        return None
    asks = (
        cues.ANALYSE.match(words)
        or cues.COMPARE.match(words)
        or re.match(
            r"(?:market|industry|competitor|competitive|trend|research|scan|run|do|map|spot|monitor|watch|share of voice|current|latest|top)\b",
            words,
        )
    )
    relevant = re.search(
        r"\b(?:trends?|trending|analysis|research|doing|happening|going on|say\w*|talk\w*|competitors?|competition|share of voice|developments?|landscape|overview|insights?|report|popular|hot|moving|changing|look|outlook|state|work(?:s|ed|ing)? best|perform\w*|resonat\w*|interest\w*|analy[sz]e|research)\b",
        words,
    )
    if not asks or not relevant or re.search(r"\b(?:stock market|supermarket|farmers market|market day)\b", words):
        return None
    return Found([("analyse_market", match[0])], 0.9)


def forecast(words: str, context: Context) -> Found | None:
    if re.search(r"\bactuals?\b", words):
        return None
    verb = cues.FUTURE_VERB.match(words) or re.match(
        r"(?:.{0,60}?)\b(?:forecasts?|projections?|prediction|outlook)\b(?! (?:accuracy|was|were))", words
    )
    about = has_figures(words, context) or re.search(r"\bour\b", words)
    if verb and about:
        return Found([("forecast_metrics", verb[0][-30:])], 0.93)
    if verb and cues.FUTURE_VERB.match(words):
        return Found(unmade=" ".join(words.split()[:5]))
    if (
        cues.QUESTION.match(words)
        and cues.FUTURE.search(words)
        and (metrics.find(words) or metrics.FIGURES.search(words) or re.search(r"\bcustomers\b", words))
        and not re.search(r"\b(?:did|was|were)\b", words)
    ):
        return Found([("forecast_metrics", words[:40])], 0.9)
    return None


def compare(words: str, context: Context) -> Found | None:
    match = cues.COMPARE.search(words)
    if words in ("compare", "comparison", "compare it", "compare them"):
        return Found([("compare_metrics", words)], 0.7)
    if match is None and not context.versus:
        return None
    if not (has_figures(words, context) or re.search(r"\bour\b", words)):
        return Found(unmade=" ".join(words.split()[:6])) if cues.COMPARE.match(words) else None
    if (
        match is not None
        and match.start() > 0
        and not (cues.QUESTION.match(words) or cues.ANALYSE.match(words) or context.timed or metrics.find(words))
    ):
        return None
    return Found([("compare_metrics", match[0] if match else "versus")], 0.93)


def analyse(words: str, context: Context) -> Found | None:
    match = cues.ANALYSE.match(words)
    if match is None:
        return None
    named, figures = metrics.find(words), metrics.FIGURES.search(words)
    ours = cues.BUSINESS.search(words) or context.timed
    channel = re.search(
        r"\b(?:posts?|linkedin|twitter|facebook|blog|newsletters?|campaigns?|social media|content|e-?mails?|customers?|website|personas?)\b",
        words,
    )
    customers = re.search(r"\b(?:customers|clients|users)\b", words)
    if cues.QUESTION.match(words):
        if re.match(
            r"how (?:do|can|should|could|would|to) (?:i|we|you)\b(?!.*\b(?:doing|perform|compare|look)\b)", words
        ) and not re.match(r"how do we (?:do|perform|compare|look|stand)", words):
            return None
        return Found([("analyse_metrics", words[:40])], 0.88) if _asks_figures(words, context) else None
    if re.match(r"(?:identify|list|find|extract)\b", words) and not re.search(r"\b(?:our|we|us)\b", words):
        return Found(unmade=" ".join(words.split()[:6]))
    short = len(words.split()) <= 6
    if named and (ours or short):
        return Found([("analyse_metrics", match[0])], 0.9)
    plain = short and re.search(r"\b(?:the|key|latest|current|all|metrics|kpis)\b", words)
    if (figures and (ours or plain)) or (context.timed and len(words.split()) <= 9):
        return Found([("analyse_metrics", match[0])], 0.9)
    if (channel or customers) and cues.BUSINESS.search(words) and not context.has_text:
        return Found([("analyse_metrics", match[0])], 0.8)
    if re.match(r"(?:analy[sz]e|explain|calculate|list|identify|research)\b", words):
        return Found(unmade=" ".join(words.split()[:6]))
    return None


def _asks_figures(words: str, context: Context) -> bool:
    """Whether a question is about the company's own figures, and not about the world."""
    known = metrics.find(words) or metrics.FIGURES.search(words)
    if re.match(r"how(?:'s| is| are) (?:our |the )?(?:business|company|startup|numbers|figures|things)\b", words):
        return True
    if context.timed and re.match(r"how (?:was|were|is|did)\b", words) and len(words.split()) <= 7 and not known:
        return True
    if metrics.find(words) and len(words.split()) <= 4 and re.match(r"(?:how|what) (?:is|was|are|were)\b", words):
        return True
    if not known and context.timed and cues.ABOUT_US.search(words):
        return bool(re.search(r"\b(?:best|worst|most|least|better|work\w*|perform\w*|top)\b", words))
    if not known:
        return bool(
            cues.BUSINESS.search(words) and cues.DOING.search(words) and (context.timed or cues.ABOUT_US.search(words))
        )
    if cues.BUSINESS.search(words) or context.timed:
        return True
    return bool(
        re.match(r"(?:how much|how many|what (?:is|was|were|are)|why did|where)\b.*\b(?:the|did|was|is|our)\b", words)
    )
