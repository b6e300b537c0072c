"""What the address of a post says of it: whose platform it is on, and the id by which its platform counts it. Pure."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from cofounder.channels import hosts
from cofounder.channels.naming import post_of

_X = re.compile(r"/(?:[^/]+|i/web)/status(?:es)?/(\d+)(?:/|$)")
_LINKEDIN = re.compile(r"urn:li:(?:share|ugcPost):\d+")
_LINKEDIN_WORDS = re.compile(r"/posts/[^/]*[-_](share|ugcPost)-(\d{8,})(?:[-/]|$)")
_FACEBOOK = re.compile(r"/(?:[^/]+/)?posts/(?:[^/]+/)?(\d+)/?$")
_FACEBOOK_WHOLE = re.compile(r"/(\d+_\d+)/?$")


def post_id(provider: str, url: str, *, account: str = "", site: str = "") -> str | None:
    """The id that a provider's API knows a post by; None where its address does not hold one.

    `account`: the page's or person's own id there. `site`: the address of a blog.
    """
    if hosts.host(url) is None:
        return None
    parts = urlsplit(url)
    path, asked = unquote(parts.path), parse_qs(parts.query)
    if provider == "x":
        found = _X.match(path) if hosts.platform_of(url) == "x" else None
        return found.group(1) if found else None
    if provider == "linkedin":
        return _at_linkedin(path) if hosts.platform_of(url) == "linkedin" else None
    if provider == "facebook":
        return _at_facebook(path, asked, account) if hosts.platform_of(url) == "facebook" else None
    if provider == "wordpress" and hosts.host(site) == hosts.host(url):
        number = asked.get("p", [""])[0]
        return post_of(site, number) if number.isascii() and number.isdigit() else None
    return None


def _at_linkedin(path: str) -> str | None:
    urn, words = _LINKEDIN.search(path), _LINKEDIN_WORDS.search(path)
    return urn.group() if urn else f"urn:li:{words.group(1)}:{words.group(2)}" if words else None


def _at_facebook(path: str, asked: dict[str, list[str]], page: str) -> str | None:
    whole = _FACEBOOK_WHOLE.match(path)
    if whole:
        return whole.group(1)
    found = _FACEBOOK.match(path)
    number = found.group(1) if found else asked.get("story_fbid", [""])[0]
    return f"{page}_{number}" if page and number.isascii() and number.isdigit() else None
