"""Requests in English with words of other languages between: the working words are read, and which is told.

Only words that a request lives by are known here (times, figures, what is to be made); names and topics stay as they are.
"""

import re

from cofounder.models.offline.parsing.tongues import ENGLISH

_GERMAN = {
    "bitte": "please", "schreib": "write", "schreibe": "write", "schreiben sie": "write", "erstelle": "create", "erstell": "create",
    "mach": "make", "mache": "make", "mach mir": "make me", "kürze": "shorten", "vergleiche": "compare", "analysiere": "analyse",
    "veröffentliche": "publish", "fasse zusammen": "summarise", "über": "about", "ueber": "about", "zu unserem": "about our", "zu unserer": "about our", "unser": "our", "unsere": "our",
    "unseren": "our", "unserem": "our", "unserer": "our", "unseres": "our", "einen": "a", "eine": "a", "einem": "a", "einer": "a", "ein": "a",
    "und": "and", "oder": "or", "für": "for", "fuer": "for", "mit": "with", "ohne": "without", "der": "the", "das": "the", "dem": "the", "im": "in the",
    "vom": "of the", "nicht": "not", "an unsere": "to our", "auch": "also", "kurz": "short", "freundlich": "friendly", "förmlich": "formal", "locker": "casual", "sachlich": "factual",
    "beitrag": "post", "beiträge": "posts", "artikel": "article", "rundbrief": "newsletter", "überschriften": "headlines", "überschrift": "headline",
    "diesen text": "this text", "diesen": "this", "dieses": "this", "dieser": "this", "text": "text", "thema": "topic", "wörter": "words", "worte": "words",
    "umsatz": "revenue", "umsätze": "revenue", "umsatzzahlen": "revenue figures", "zahlen": "figures", "wachstum": "growth", "gewinn": "profit", "kosten": "costs",
    "besucher": "visitors", "besuche": "visits", "kunden": "customers", "neukunden": "new customers", "nutzer": "users", "mitarbeiter": "employees", "investoren": "investors",
    "ergebnisse": "results", "quartal": "quarter", "quartals": "quarter", "monat": "month", "monats": "month", "jahr": "year", "jahres": "year", "woche": "week",
    "letzten": "last", "letzter": "last", "letztes": "last", "letzte": "last", "vorigen": "last", "nächsten": "next", "nächste": "next", "nächster": "next", "diesem": "this",
    "ersten": "first", "zweiten": "second", "dritten": "third", "vierten": "fourth", "gestern": "yesterday", "heute": "today", "morgen": "tomorrow",
    "januar": "january", "februar": "february", "märz": "march", "mai": "may", "juni": "june", "juli": "july", "oktober": "october", "dezember": "december",
    "montag": "monday", "dienstag": "tuesday", "mittwoch": "wednesday", "donnerstag": "thursday", "freitag": "friday", "samstag": "saturday", "sonntag": "sunday",
    "keine": "no", "kein": "no", "vergleich": "comparison", "gegen": "against", "gegenüber": "against",
}  # fmt: skip
_FRENCH = {
    "s'il te plaît": "please", "s'il vous plaît": "please", "svp": "please", "écris": "write", "rédige": "write", "crée": "create", "résume": "summarise", "résumé this": "summarise this",
    "raccourcis": "shorten", "publie": "publish", "un": "a", "une": "a", "notre": "our", "nos": "our", "sur notre": "about our", "sur nos": "about our", "avec": "with", "sans": "without",
    "pour": "for", "et": "and", "article de blog": "blog article", "publication": "post", "courriel": "email", "infolettre": "newsletter", "titres": "headlines", "ton amical": "friendly tone",
    "chiffre d'affaires": "revenue", "ventes": "sales", "chiffres": "figures", "résultats": "results", "croissance": "growth", "bénéfice": "profit", "visiteurs": "visitors", "clients": "clients",
    "trimestre": "quarter", "mois": "month", "année": "year", "semaine": "week", "du trimestre dernier": "of last quarter", "le trimestre dernier": "last quarter", "trimestre dernier": "last quarter",
    "du mois dernier": "of last month", "le mois dernier": "last month", "mois dernier": "last month", "l'année dernière": "last year", "de l'année dernière": "of last year", "la semaine dernière": "last week",
    "hier": "yesterday", "aujourd'hui": "today", "demain": "tomorrow", "janvier": "january", "février": "february", "mars": "march", "avril": "april", "mai": "may", "juin": "june",
    "juillet": "july", "août": "august", "septembre": "september", "octobre": "october", "novembre": "november", "décembre": "december", "lancement": "launch", "du": "of the", "des": "of the",
    "lundi": "monday", "mardi": "tuesday", "mercredi": "wednesday", "jeudi": "thursday", "vendredi": "friday", "à propos de": "about",
}  # fmt: skip
_SPANISH = {
    "por favor": "please", "escribe": "write", "escriba": "write", "redacta": "write", "haz": "make", "resume": "summarise", "acorta": "shorten", "publica": "publish",
    "sobre el": "about the", "sobre la": "about the", "sobre los": "about the", "sobre las": "about the", "sobre nuestro": "about our", "sobre nuestra": "about our", "sobre nuestros": "about our", "sobre nuestras": "about our", "sobre": "about",
    "nuestro": "our", "nuestra": "our", "nuestros": "our", "nuestras": "our", "una": "a", "con": "with", "sin": "without", "para": "for", "y": "and", "publicación": "post", "artículo": "article",
    "boletín": "newsletter", "correo": "email", "ventas": "sales", "ingresos": "revenue", "cifras": "figures", "resultados": "results", "crecimiento": "growth", "beneficio": "profit",
    "clientes": "customers", "visitas": "visits", "trimestre": "quarter", "mes pasado": "last month", "el mes pasado": "last month", "del mes pasado": "of last month", "trimestre pasado": "last quarter",
    "del trimestre pasado": "of last quarter", "el trimestre pasado": "last quarter", "año pasado": "last year", "el año pasado": "last year", "semana pasada": "last week", "la semana pasada": "last week",
    "ayer": "yesterday", "hoy": "today", "mañana": "tomorrow", "enero": "january", "febrero": "february", "marzo": "march", "abril": "april", "mayo": "may", "junio": "june", "julio": "july",
    "agosto": "august", "septiembre": "september", "octubre": "october", "noviembre": "november", "diciembre": "december", "lanzamiento": "launch", "lunes": "monday", "martes": "tuesday",
    "miércoles": "wednesday", "jueves": "thursday", "viernes": "friday", "titulares": "headlines",
}  # fmt: skip
# Words that English also has, or that stand in names: read only beside others of their language.
_SHY = {
    "der", "das", "dem", "im", "ein", "text", "des", "du", "un", "et", "y", "con", "mars", "mai", "son", "clients", "publication", "para", "una", "une", "kurz",
    "mach", "und", "mit", "sin", "sobre", "resume", "correo", "notre", "hier", "thema", "artikel", "gegen", "oder", "vom", "auch", "kein", "keine", "martes", "haz",
}  # fmt: skip
_ALL = ("German", _GERMAN), ("French", _FRENCH), ("Spanish", _SPANISH)
_PATTERNS = tuple(
    (name, words, re.compile(r"(?<![\w'’-])(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")(?![\w'’])", re.I))
    for name, words in _ALL
)  # fmt: skip
_FIRST = frozenset(re.split(r"[^\w]", key)[0] for _, words in _ALL for key in words) - _SHY
_ANY_WORD = re.compile(r"[^\W\d_]+")
# Words of requests in any language: they prove nothing about which one it is.
_SHARED = {"post", "text", "in", "an", "was", "so", "am", "also", "or", "me", "on", "are", "up", "over", "use", "hat", "my", "he", "compare", "all", "not", "as", "do", "we"}  # fmt: skip


def read(text: str) -> tuple[str, dict[str, str]]:
    """The text with its foreign working words in English, and {as written: as read}; as it was if hardly English."""
    words = [word.lower() for word in _ANY_WORD.findall(text)]
    if not _FIRST.intersection(words):
        return text, {}
    english = {word for word in words if word in ENGLISH and word not in _SHARED}
    if len(english) + 0.5 * ("tweet" in words) < 1 and not any(
        word.isascii() and word in _OPENERS for word in words[:2]
    ):
        return text, {}
    changed: dict[str, str] = {}
    for _, meanings, pattern in _PATTERNS:
        found = [match[0] for match in pattern.finditer(text)]
        bold = [word for word in found if word.lower() not in _SHY]
        if not bold:
            continue

        def swap(match: re.Match[str], meanings: dict[str, str] = meanings) -> str:
            meant = meanings[match[0].lower()]
            if match[0].lower() != meant:
                changed[match[0]] = meant
            return meant

        text = pattern.sub(swap, text)
    return text, changed


_OPENERS = {"compare", "analyse", "analyze", "write", "create", "shorten", "forecast", "publish", "email"}
