"""The words and letters that tell languages apart."""

import re

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "ro": "Romanian",
    "hu": "Hungarian", "tr": "Turkish", "id": "Indonesian", "vi": "Vietnamese", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ru": "Russian", "uk": "Ukrainian", "bg": "Bulgarian", "ar": "Arabic", "fa": "Persian", "ur": "Urdu",
    "he": "Hebrew", "el": "Greek", "th": "Thai", "hi": "Hindi", "bn": "Bengali", "ta": "Tamil", "te": "Telugu",
    "ka": "Georgian", "hy": "Armenian", "mr": "Marathi", "pa": "Punjabi", "gu": "Gujarati", "kn": "Kannada",
}  # fmt: skip
ALSO = {
    "mandarin": "zh", "cantonese": "zh", "brazilian portuguese": "pt", "farsi": "fa", "deutsch": "de", "español": "es",
    "espanol": "es", "français": "fr", "francais": "fr", "flemish": "nl", "castilian": "es", "catalan": "ca", "latin": "la",
    "swiss german": "de", "simplified chinese": "zh", "traditional chinese": "zh", "klingon": "tlh", "swahili": "sw",
}  # fmt: skip
EXTRA_NAMES = {"ca": "Catalan", "la": "Latin", "tlh": "Klingon", "sw": "Swahili"}
CODES = {name.lower(): code for code, name in NAMES.items()} | ALSO

# One range of characters per script; the language it stands for when nothing else decides.
SCRIPTS = (
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
ENGLISH = frozenset(
    [
        "a",
        "about",
        "all",
        "also",
        "am",
        "an",
        "and",
        "announce",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "between",
        "but",
        "by",
        "can",
        "check",
        "compare",
        "could",
        "create",
        "customers",
        "did",
        "do",
        "does",
        "down",
        "draft",
        "during",
        "figures",
        "for",
        "from",
        "get",
        "give",
        "good",
        "growth",
        "had",
        "has",
        "have",
        "he",
        "help",
        "her",
        "here",
        "his",
        "how",
        "i",
        "ideas",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "last",
        "let",
        "like",
        "make",
        "may",
        "me",
        "month",
        "more",
        "most",
        "my",
        "need",
        "new",
        "next",
        "not",
        "numbers",
        "of",
        "on",
        "only",
        "or",
        "our",
        "out",
        "over",
        "please",
        "post",
        "publish",
        "quarter",
        "results",
        "rewrite",
        "share",
        "she",
        "shorten",
        "should",
        "show",
        "since",
        "so",
        "some",
        "tell",
        "text",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "until",
        "up",
        "us",
        "use",
        "using",
        "want",
        "was",
        "we",
        "week",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "without",
        "work",
        "would",
        "write",
        "year",
        "you",
        "your",
    ]
)
STOP = {
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
SETS = {code: set(words.split()) - ENGLISH for code, words in STOP.items()}
LOOSE = {"de", "la", "le", "el", "al", "no", "en", "des", "du", "post", "et", "per", "las", "los", "del", "da", "van", "von",
          "di", "article", "compare", "publication", "resume", "tu", "on", "die", "war", "was", "text", "product", "artikel",
          "over", "analyse", "plus", "par", "son", "me", "a", "o", "i", "e", "u", "s", "v", "z", "y", "to", "or", "of", "is", "in",
          "use", "ay", "an", "one", "ten", "ta", "not", "era", "crea", "as", "do", "com", "my", "we", "he", "om", "min",
          "for", "tak", "tal", "ne", "fan", "var", "men", "kind", "art", "hat", "mode", "av", "er", "je", "ja"}  # fmt: skip
MARKS = {
    "de": "äöüß", "fr": "éèêëàâçùûôîïœ", "es": "ñ¿¡áíóúé", "it": "àèìòù", "pt": "ãõçáâêóú", "nl": "ëï", "pl": "ąćęłńśźż", "sv": "åäö",
    "da": "æøå", "no": "æøå", "fi": "äö", "cs": "ěščřžýů", "ro": "ăâîșț", "hu": "őűáéíóöúü", "tr": "ğışçöü",
    "vi": "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}  # fmt: skip
