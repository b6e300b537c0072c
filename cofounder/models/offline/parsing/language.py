"""Which language a text is written in, and which language it asks for. Offline only English is read and written."""

import re
from dataclasses import dataclass

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "ro": "Romanian",
    "hu": "Hungarian", "tr": "Turkish", "id": "Indonesian", "vi": "Vietnamese", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ru": "Russian", "uk": "Ukrainian", "bg": "Bulgarian", "ar": "Arabic", "fa": "Persian", "ur": "Urdu",
    "he": "Hebrew", "el": "Greek", "th": "Thai", "hi": "Hindi", "bn": "Bengali", "ta": "Tamil", "te": "Telugu",
    "ka": "Georgian", "hy": "Armenian", "mr": "Marathi", "pa": "Punjabi", "gu": "Gujarati", "kn": "Kannada",
}  # fmt: skip
_ALSO = {
    "mandarin": "zh", "cantonese": "zh", "brazilian portuguese": "pt", "farsi": "fa", "deutsch": "de", "español": "es",
    "espanol": "es", "français": "fr", "francais": "fr", "flemish": "nl", "castilian": "es", "catalan": "ca", "latin": "la",
    "swiss german": "de", "simplified chinese": "zh", "traditional chinese": "zh", "klingon": "tlh", "swahili": "sw",
}  # fmt: skip
_EXTRA_NAMES = {"ca": "Catalan", "la": "Latin", "tlh": "Klingon", "sw": "Swahili"}
CODES = {name.lower(): code for code, name in NAMES.items()} | _ALSO

# One range of characters per script; the language it stands for when nothing else decides.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]+")),
    ("ar", re.compile(r"[\u0600-\u06ff]+")),
    ("he", re.compile(r"[\u0590-\u05ff]+")),
    ("el", re.compile(r"[\u0370-\u03ff]+")),
    ("th", re.compile(r"[\u0e00-\u0e7f]{1,5}")),
    ("hi", re.compile(r"[\u0900-\u097f]+")),
    ("bn", re.compile(r"[\u0980-\u09ff]+")),
    ("pa", re.compile(r"[\u0a00-\u0a7f]+")),
    ("gu", re.compile(r"[\u0a80-\u0aff]+")),
    ("ta", re.compile(r"[\u0b80-\u0bff]+")),
    ("te", re.compile(r"[\u0c00-\u0c7f]+")),
    ("kn", re.compile(r"[\u0c80-\u0cff]+")),
    ("ka", re.compile(r"[\u10a0-\u10ff]+")),
    ("hy", re.compile(r"[\u0530-\u058f]+")),
)
_ENGLISH = set(
    ["the", "a", "an", "our", "my", "your", "their", "his", "her", "its", "this", "these", "those", "that", "it", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "have", "has", "had", "of", "to", "for", "from", "by", "with", "without", "about", "into", "on", "in", "at", "as", "and", "or", "but", "not", "how", "what", "why", "when", "where", "which", "who", "will", "would", "can", "could", "should", "may", "please", "write", "create", "make", "give", "show", "tell", "need", "want", "let", "me", "us", "we", "you", "i", "they", "he", "she", "them", "all", "any", "some", "more", "most", "last", "next", "than", "then", "there", "here", "also", "just", "only", "compare", "shorten", "rewrite", "check", "draft", "publish", "share", "announce", "month", "quarter", "year", "week", "customers", "results", "numbers", "figures", "growth", "using", "so", "if", "up", "down", "out", "over", "under", "between", "during", "since", "until", "ideas", "new", "like", "good", "help", "post", "about", "work", "get", "use", "text"]
)
_STOP = {
    "de": "der die das den dem des ein eine einen einem einer eines und oder ist sind war waren mit für fur über uber unser unsere unseren "
    "unserem unserer unsere mein meine wir ich du ihr sie uns mir bitte schreibe schreib schreiben erstelle erstell erstellen mache mach "
    "kürze kuerze kürzen vergleiche vergleich analysiere veröffentliche teile fasse zusammen beitrag beiträge umsatz zahlen monat "
    "monats letzten letzte letzter quartal jahr jahres kunden wachstum im zum zur vom beim auf aus nach von bei wie was warum wann "
    "nicht kein keine auch noch nur für diesen dieser dieses diese text freundlich kurz hilfe einmal oktober märz gewinn ergebnisse "
    "artikel neuen neue neues unternehmen werden wird kann kannst können haben hat möchte brauche zu sehr verfasse entwirf überschrift",
    "fr": "le la les un une des du de et ou est sont était avec pour sur dans par au aux nos notre mes mon ma votre vos ce cette ces "
    "je tu nous vous il elle ils que qui quoi comment pourquoi rédige rédigez écris écrivez écrire crée créer créez faire fais résume "
    "analyse-moi compare-moi article publication chiffres résultats résultat croissance trimestre mois année dernier dernière "
    "clients ventes s'il plaît merci bonjour pas ne plus très texte raccourcis raccourcir publie publier notre notre entreprise "
    "chiffre d'affaires octobre aide moi à propos lancement nouveau nouvelle produit redige ecris",
    "es": "el la los las un una unos unas del de y o es son era con para por sobre en nuestro nuestra nuestros nuestras mi mis tu su "
    "yo nosotros que quien cómo como qué cuándo por qué escribe escriba escribir crea crear redacta redactar haz hacer resume analiza "
    "compara publicación artículo resultados cifras crecimiento trimestre mes año pasado último clientes ventas hola favor gracias no "
    "muy texto acorta publica empresa ingresos octubre ayuda lanzamiento nuevo nueva producto boletín al este esta entrada",
    "it": "il lo la gli le un uno una di del della dei delle degli e o è sono era con per su sul sulla in nel nella nostro nostra nostri "
    "nostre mio mia tuo noi voi che chi come cosa perché quando scrivi scrivere crea creare fai fare riassumi analizza confronta "
    "articolo risultati cifre crescita trimestre mese anno scorso ultimo clienti vendite ciao grazie favore non molto testo accorcia "
    "pubblica azienda fatturato ottobre aiuto lancio nuovo nuova prodotto questo questa dal al",
    "pt": "o os as um uma uns umas do da dos das de e ou é são era com para por sobre em no na nos nas nosso nossa nossos nossas meu minha "
    "seu sua eu nós você que quem como porquê quando escreva escreve escrever crie cria criar faça fazer resuma analise compare "
    "publicação artigo resultados números crescimento trimestre mês ano passado último clientes vendas olá obrigado não muito texto "
    "encurte publique empresa receita outubro ajuda lançamento novo nova produto uma postagem",
    "nl": "de het een en of is zijn was met voor over van op aan bij naar uit in onze ons mijn jouw wij ik jij je u dat dit deze die wat "
    "hoe waarom wanneer schrijf schrijven maak maken kort analyseer vergelijk samenvatting bericht artikel resultaten cijfers groei "
    "kwartaal maand jaar afgelopen vorige klanten omzet hallo dank niet geen ook nog tekst inkorten publiceer bedrijf oktober hulp "
    "nieuwe nieuw product graag alsjeblieft het kun",
    "pl": "i oraz w we z ze na do od dla o po przez jest są był była nasz nasza nasze naszych naszego mój moja my ja ty co kto jak dlaczego "
    "kiedy napisz stwórz przygotuj zrób skróć przeanalizuj porównaj opublikuj artykuł wyniki liczby wzrost kwartał miesiąc rok "
    "ostatni zeszły klienci klientów sprzedaż proszę dziękuję nie bardzo tekst firma przychody październik pomoc nowy nowa produkt "
    "wpis post ten ta to się że kwartale miesiącu",
    "sv": "och eller är var med för om på av till från vår våra vårt min jag du vi ni hur varför när skriv skapa gör analysera jämför "
    "inlägg artikel resultat siffror tillväxt kvartal månad år förra senaste kunder försäljning tack inte ett en det den",
    "da": "og eller er var med for om på af til fra vores min jeg du vi hvordan hvorfor hvornår skriv lav analyser sammenlign opslag "
    "artikel resultater tal vækst kvartal måned år sidste kunder salg tak ikke et en det den",
    "no": "og eller er var med for om på av til fra vår våre min jeg du vi hvordan hvorfor når skriv lag analyser sammenlign innlegg "
    "artikkel resultater tall vekst kvartal måned år forrige kunder salg takk ikke et en det den",
    "fi": "ja tai on ovat oli kanssa meidän minun sinä minä me mitä miten miksi milloin kirjoita luo tee julkaisu artikkeli tulokset kasvu "
    "kuukausi vuosi viime asiakkaat myynti kiitos ei teksti uusi",
    "cs": "a nebo je jsou byl s pro na v ve z do od o po náš naše našich můj já ty my co kdo jak proč kdy napiš vytvoř udělej příspěvek "
    "článek výsledky čísla růst čtvrtletí měsíc rok minulý zákazníci prodej prosím děkuji ne velmi",
    "ro": "și sau este sunt era cu pentru despre pe în din la nostru noastră noastre meu eu tu noi ce cine cum când scrie creează fă postare "
    "articol rezultate cifre creștere trimestru lună an trecut clienți vânzări mulțumesc nu",
    "hu": "és vagy van volt az egy a mi én te hogyan miért mikor írj írjon készíts készíts bejegyzést cikk eredmények növekedés "
    "negyedév hónap év múlt ügyfelek értékesítés köszönöm nem kérlek",
    "tr": "ve veya bir bu ile için hakkında bizim benim ben sen biz ne nasıl neden yaz yazın oluştur hazırla gönderi makale sonuçlar "
    "büyüme çeyrek ay yıl geçen müşteriler satış lütfen teşekkürler değil",
    "id": "dan atau adalah dengan untuk tentang di ke dari kami saya anda kita apa bagaimana mengapa tulis buat buatkan postingan artikel "
    "hasil pertumbuhan kuartal bulan tahun lalu pelanggan penjualan terima kasih tidak yang ini",
    "vi": "và hoặc là với cho về của chúng tôi bạn viết tạo bài đăng kết quả tăng trưởng quý tháng năm khách hàng không một hãy",
}  # fmt: skip
_SETS = {code: set(words.split()) - _ENGLISH for code, words in _STOP.items()}
_LOOSE = {"de", "la", "le", "el", "al", "no", "en", "des", "du", "post", "et", "per", "las", "los", "del", "da", "van", "von",
          "di", "article", "compare", "publication", "resume", "tu", "on", "die", "war", "was", "text", "product", "artikel",
          "over", "analyse", "plus", "par", "son", "me", "a", "o", "i", "e", "u", "s", "v", "z", "y", "to", "or", "of", "is", "in",
          "use", "ay", "an", "one", "ten", "ta", "not", "era", "crea", "as", "do", "com", "my", "we", "he", "om", "min",
          "for", "tak", "tal", "ne", "fan", "var", "men", "kind", "art", "hat", "mode", "av", "er", "je", "ja"}  # fmt: skip
_MARKS = {
    "de": "äöüß", "fr": "éèêëàâçùûôîïœ", "es": "ñ¿¡áíóúé", "it": "àèìòù", "pt": "ãõçáâêóú", "nl": "ëï", "pl": "ąćęłńśźż", "sv": "åäö",
    "da": "æøå", "no": "æøå", "fi": "äö", "cs": "ěščřžýů", "ro": "ăâîșț", "hu": "őűáéíóöúü", "tr": "ğışçöü",
    "vi": "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE = 3_000
_LANGUAGES = "|".join(sorted((re.escape(name) for name in CODES), key=len, reverse=True))
_WANTED = re.compile(
    rf"\b(?:in|into|to|auf|using|only|entirely)\s+(?:the )?(?:fluent |simple |only (?:the )?|just |plain |both \w+ and |english and )?(?P<a>{_LANGUAGES})\b"
    r"(?!\s*(?:market|speaking|-speaking|cit|customer|client|compan|office|compet|startup|team|user|region|media|press|law))"
    rf"|\b(?P<b>{_LANGUAGES})\s+(?:version|translation|(?:\w+ )?(?:post|tweet|newsletter|article|e-?mail|headlines?))\b"
    rf"|\b(?:in|using|only) (?:only )?(?:the )?(?P<d>{_LANGUAGES}) language\b"
    rf"|\blanguage\s*[:=]\s*(?P<c>{_LANGUAGES})\b"
)


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    evidence: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.code)


def name_of(code: str) -> str:
    return NAMES.get(code) or _EXTRA_NAMES.get(code, code)


def detect(text: str) -> Language:
    """The language most of the text is in; English when nothing speaks against it."""
    words = _WORD.findall(text[:_SAMPLE].lower())
    return _by_script(text[:_SAMPLE], words) or _by_words(text[:_SAMPLE].lower(), words) or Language("en")


def wanted(low: str) -> Language | None:
    """A language other than English that the text is asked to be written in."""
    for found in _WANTED.finditer(low):
        said = found["a"] or found["b"] or found["c"] or found["d"]
        if CODES[said] != "en" and not (found["b"] and _polish_verb(low, found.start(), said)):
            return Language(CODES[said], (found[0],))
    return None


def of_preference(value: str) -> Language | None:
    """A preferred language by name or tag ("de", "de-DE", "German"); None for English or nothing."""
    said = value.strip().lower()
    code = CODES.get(said) or said.replace("_", "-").split("-")[0]
    return None if code in ("en", "") else Language(code, (value,))


def _polish_verb(low: str, at: int, said: str) -> bool:
    return said == "polish" and not re.search(r"\b(?:a|the|our|in|into)\s+$", low[:at])


def _by_script(text: str, words: list[str]) -> Language | None:
    counts = {code: len(pattern.findall(text)) for code, pattern in _SCRIPTS}
    foreign = sum(counts.values())
    latin = sum(1 for word in words if "a" <= word[0] <= "z" or "\u00c0" <= word[0] <= "\u024f")
    if not foreign or foreign <= latin:
        return None
    code = max(counts, key=lambda c: counts[c])
    if counts["ja"] and code in ("zh", "ja"):
        code = "ja"
    if code == "ru":
        code = (
            "uk"
            if re.search(r"[іїєґ]", text, re.I)
            else "bg"
            if re.search(r"\bъ|[^\W]ът\b|\bще\b|\bза нашия", text)
            else "ru"
        )
    if code == "ar":
        code = "ur" if re.search(r"[ٹڈڑں]", text) else "fa" if re.search(r"[پچژگ]", text) else "ar"
    sample = next(
        pattern
        for c, pattern in _SCRIPTS
        if c == code or (c == "ru" and code in "uk bg") or (c == "ar" and code in "fa ur")
    )
    return Language(code, tuple(sample.findall(text)[:5]))


def _by_words(low: str, words: list[str]) -> Language | None:
    if not words:
        return None
    english = sum(1 for word in words if word in _ENGLISH)
    best, score, seen = "en", 0.0, []
    for code, stops in _SETS.items():
        hits = [word for word in words if word in stops]
        if not hits:
            continue
        value = sum(0.4 if word in _LOOSE else 1.0 for word in hits)
        marks = sum(low.count(mark) for mark in _MARKS.get(code, ""))
        value += min(marks, 4) * 0.2 if value >= 1 else 0
        if value > score:
            best, score, seen = code, value, hits
    enough = score >= 2 or (score >= 1 and len(words) <= 4) or (score >= 0.8 and len(words) <= 2)
    if not enough or score <= english * 1.2 or score < 0.2 * len(words):
        return None
    return Language(best, tuple(dict.fromkeys(seen))[:6])
