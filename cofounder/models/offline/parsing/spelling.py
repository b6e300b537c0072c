"""Puts common typos right in the words the parser lives by, and says which."""

import re
from functools import lru_cache

_KNOWN = {
    "linkdin": "linkedin", "linkedn": "linkedin", "linkin": "linkedin", "linkedln": "linkedin", "lnkedin": "linkedin",
    "linkeidn": "linkedin", "tweeet": "tweet", "twet": "tweet", "tweat": "tweet", "tweets'": "tweets", "twiter": "twitter",
    "twiiter": "twitter", "facebok": "facebook", "facbook": "facebook", "fb": "facebook", "newletter": "newsletter",
    "newsleter": "newsletter", "newslettr": "newsletter", "emial": "email", "eamil": "email",
    "artical": "article", "artice": "article", "blogpost": "blog post", "blogposts": "blog posts",
    "psot": "post", "potst": "post", "wirte": "write", "wrtie": "write", "creat": "create", "craete": "create",
    "shoten": "shorten", "shortn": "shorten", "analize": "analyze", "analise": "analyse", "analyis": "analysis",
    "revnue": "revenue", "revenu": "revenue", "abuot": "about", "abotu": "about", "teh": "the",
    "thier": "their", "mounth": "month", "monht": "month", "quater": "quarter", "quaters": "quarters", "calender": "calendar",
    "pubish": "publish", "summerize": "summarize", "summerise": "summarise", "headlins": "headlines", "thred": "thread",
    "linkdn": "linkedin", "linkdedin": "linkedin", "wriet": "write", "writ": "write", "wite": "write", "rite": "write", "cretae": "create", "crete": "create", "cerate": "create", "shrten": "shorten",
    "anlyse": "analyse", "anlyze": "analyze", "compair": "compare", "comapre": "compare", "forcast": "forecast", "mkae": "make", "amke": "make",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow",
    "wiht": "with", "wih": "with", "befor": "before", "lauch": "launch", "lanuch": "launch", "launhc": "launch", "trafic": "traffic", "reslts": "results", "resutls": "results", "sumer": "summer",
    "poost": "post", "postt": "post", "bout": "about", "abut": "about", "aout": "about", "emali": "email", "maill": "mail", "monhts": "months",
    "custmers": "customers", "cusotmers": "customers", "subsribers": "subscribers", "blgo": "blog", "bolg": "blog", "teet": "tweet", "teewt": "tweet",
    "pls": "please", "plz": "please", "pleas": "please", "plese": "please", "ths": "this", "thsi": "this", "htis": "this", "fro": "for", "ofr": "for", "adn": "and", "nad": "and", "taht": "that",
    "octobr": "october", "septmber": "september", "ocotber": "october", "quartr": "quarter", "qurater": "quarter", "yaer": "year", "weeek": "week", "weke": "week", "lst": "last", "lats": "last",
    "costumers": "customers", "costumer": "customer", "octobre": "october", "novemeber": "november", "febuary": "february",
}  # fmt: skip
_WORDS = [
    "linkedin",
    "facebook",
    "twitter",
    "newsletter",
    "newsletters",
    "article",
    "articles",
    "headline",
    "headlines",
    "calendar",
    "forecast",
    "forecasts",
    "analyse",
    "analyze",
    "analysis",
    "compare",
    "comparison",
    "compliance",
    "compliant",
    "shorten",
    "summarise",
    "summarize",
    "publish",
    "revenue",
    "customers",
    "conversion",
    "traffic",
    "metrics",
    "quarter",
    "quarters",
    "performance",
    "professional",
    "announcement",
    "instagram",
    "proofread",
    "rewrite",
    "predict",
    "september",
    "october",
    "november",
    "december",
    "january",
    "february",
    "subscribers",
    "followers",
    "investors",
    "employees",
    "results",
    "figures",
    "numbers",
    "headlines",
    "campaign",
    "competitors",
    "schedule",
    "announce",
    "marketing",
    "website",
    "friendly",
    "customer",
    "visitors",
    "summary",
    "hashtags",
    "exclamation",
    "mention",
    "product",
    "company",
]
_FINE = {
    "analyst", "analysts", "analyses", "analysed", "analyzed", "analyzer", "compared", "compares", "published", "publishes",
    "publisher", "articled", "customer", "customers'", "conversions", "conversation", "headlined", "forecaster", "predicts",
    "predicted", "rewrites", "rewritten", "rewrote", "shortens", "shortened", "converting", "revenues", "twitters", "traffics",
    "newsletter's", "comparing", "compliances", "complaint", "summarised", "summarized", "summarises", "summarizes", "product",
    "particle", "quarterly", "forecasted", "calendars", "professionals", "announcements", "performances", "linkedins", "convention",
    "article's", "mentions", "mentioned", "products", "schedules", "scheduled", "announced", "announces", "announcer", "announcers", "campaigns", "campaigned", "websites", "follower", "subscriber",
    "investor", "inventors", "employee", "employers", "employed", "visitor", "numbered", "figured", "figurers", "companies", "companys", "resulted", "resulting", "competitor", "produce", "producer", "produces",
    "summery", "results'", "markets", "marketed", "marketer", "marketers", "headline", "quarters'", "months", "janitor", "accompany", "compute", "computed", "compere", "publics", "rewired", "predicting", "product's",
    "particles", "shorter", "twister", "titter", "tractic", "metric", "matrix", "mattress", "metro", "twitted", "writer", "writes", "tweets", "schedule's", "fingers", "numbest", "nutters", "members", "unfriendly", "forecasts", "revenge", "avenue", "venue", "rewire", "quartet", "quarter's", "customised", "customized", "publicist", "compiled", "confers",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+")


def correct(text: str) -> tuple[str, dict[str, str]]:
    """The text with known typos replaced, and {as written: as read}."""
    changed: dict[str, str] = {}

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        right = _right(word.lower())
        if right is None:
            return word
        changed[word] = right
        return right.upper() if word.isupper() and len(word) > 2 else right.capitalize() if word[0].isupper() else right

    return _WORD.sub(swap, text), changed


@lru_cache(maxsize=4096)
def _right(word: str) -> str | None:
    if word in _KNOWN:
        return _KNOWN[word]
    if len(word) < 6 or word in _VOCABULARY or word in _FINE:
        return None
    candidates = {w for short in _deletes(word) | {word} for w in _INDEX.get(short, ())}
    if any(w == word + "s" or word == w + "s" for w in candidates):
        return None  # one of several is no slip
    near = [w for w in candidates if w[0] == word[0] and _one_slip(w, word)]
    return near[0] if len(near) == 1 else None


def _deletes(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter added, dropped, changed or two neighbours swapped turns `a` into `b`."""
    if len(a) == len(b):
        off = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = len(off) == 2 and off[1] == off[0] + 1 and a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]]
        return len(off) == 1 or swapped
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return shorter in _deletes(longer)


_VOCABULARY = set(_WORDS)
_INDEX: dict[str, tuple[str, ...]] = {}
for _w in _WORDS:
    if len(_w) >= 7:
        for _d in _deletes(_w) | {_w}:
            _INDEX[_d] = (*_INDEX.get(_d, ()), _w)
