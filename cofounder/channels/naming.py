"""Which channels there are, and what people call them."""

CHANNELS: tuple[str, ...] = ("linkedin", "x", "facebook", "email", "blog", "webhook", "outbox")
THREAD = "thread"  # a form of x, not a channel of its own

_NAMES = {
    "linkedin": ("linked in", "linkedin post", "linkedin page", "li"),
    "x": ("twitter", "tweet", "tweets", "x.com", "twitter.com", "x post", "thread", "twitter thread", "x thread"),
    "facebook": ("fb", "facebook page", "meta"),
    "email": ("e-mail", "mail", "emails", "e-mails", "newsletter", "smtp", "mailing"),
    "blog": ("wordpress", "ghost", "article", "blog post", "blogpost", "website", "blog article"),
    "webhook": ("web hook", "hook"),
    "outbox": ("out box", "outbox folder", "folder", "file"),
}
_CANONICAL = {spelling: name for name, spellings in _NAMES.items() for spelling in (name, *spellings)}


def canonical(name: str) -> str | None:
    """The channel a name means ("Twitter" -> "x"), or None where there is no such channel."""
    return _CANONICAL.get(_plain(name))


def is_thread(name: str) -> bool:
    """Whether a channel's name asks for a thread ("x_thread", "Twitter thread")."""
    return canonical(name) == "x" and _plain(name).endswith(THREAD)


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())


def post_of(site: str, id: object) -> str:
    """How a post of a site is called among those of all sites, which number theirs alike: example.org/blog#12."""
    return f"{site.partition('://')[2] or site}#{id}"


def own_id(post: str, site: str) -> str | None:
    """What a site itself calls such a post; None where it is one of another site."""
    where, mark, id = post.rpartition("#")
    return id if not mark or post_of(site, id) == f"{where}#{id}" else None
