"""The id of a post, where its address holds one."""

import pytest

from cofounder.channels.addresses import post_id

SITE = "https://blog.acme.example/news"


@pytest.mark.parametrize(
    ("provider", "url", "id"),
    [
        ("x", "https://x.com/acme/status/1900000000000000001", "1900000000000000001"),
        ("x", "https://twitter.com/acme/status/19/photo/1?s=20", "19"),
        ("x", "https://x.com/i/web/status/19", "19"),
        ("x", "https://x.com/acme", None),
        ("x", "https://t.co/abc", None),
        ("x", "https://evil.example/acme/status/19", None),
        ("linkedin", "https://www.linkedin.com/feed/update/urn:li:share:7100000000000000001/", "urn:li:share:7100000000000000001"),
        ("linkedin", "https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A71/", "urn:li:ugcPost:71"),
        ("linkedin", "https://www.linkedin.com/posts/acme_margins-share-7100000000000000001-aBcD", "urn:li:share:7100000000000000001"),
        ("linkedin", "https://www.linkedin.com/feed/update/urn:li:activity:71/", None),
        ("facebook", "https://www.facebook.com/acme/posts/122", "77_122"),
        ("facebook", "https://www.facebook.com/acme/posts/margins-rose/122/", "77_122"),
        ("facebook", "https://www.facebook.com/77_122", "77_122"),
        ("facebook", "https://www.facebook.com/permalink.php?story_fbid=122&id=77", "77_122"),
        ("facebook", "https://www.facebook.com/acme/posts/pfbid02abc", None),
        ("wordpress", "https://blog.acme.example/news/?p=12", "blog.acme.example/news#12"),
        ("wordpress", "https://other.example/?p=12", None),
        ("wordpress", "https://blog.acme.example/news/margins", None),
        ("ghost", "https://blog.acme.example/margins/", None),
        ("webhook", "https://x.com/acme/status/19", None),
        ("x", "not an address", None),
        ("x", "https://x.com:port/acme/status/1", None),
    ],
)  # fmt: skip
def test_an_address_names_its_post_or_nothing(provider: str, url: str, id: str | None) -> None:
    assert post_id(provider, url, account="77", site=SITE) == id
