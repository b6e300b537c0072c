"""WordPress: one article by its REST API, signed in with a user's application password.

The slug is chosen here and looked up first: a site gives a second article of the same slug another one (slug-2), and
would hold it twice. Tags are named by number there, so they are looked up, and made where the user may do that.
"""

import base64
from html import escape
from typing import Any

from cofounder.channels.accounts.connected import Connected
from cofounder.channels.blog import figure
from cofounder.channels.images.schemas import Picture
from cofounder.channels.naming import post_of
from cofounder.channels.senders import pictures
from cofounder.channels.senders.calling import Answer, Line, Over
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.channels.senders.slugs import slug, tags

_POSTS = "/wp-json/wp/v2/posts"
_MEDIA = "/wp-json/wp/v2/media"
_TAGS = "/wp-json/wp/v2/tags"
_ANY = "publish,future,draft,pending,private"
_MOST_TAGS = 10


def build(connected: Connected) -> "WordPress":
    return WordPress(connected)


class WordPress(Over):
    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="WordPress")
        user, password = connected.secret.get("user", ""), connected.secret.get("password", "")
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        secrets = (password, password.replace(" ", ""), pair)
        headers = {"Authorization": f"Basic {pair}"}
        self._line = Line(self.name, self.label, connected.address, headers, secrets, guarded=True)

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        name = slug(delivery.title, effect_key)
        there = await self._look_first(name)
        if there is not None:
            return there
        pictures.check(delivery, self.name)
        numbers, lacking = await self._tags(delivery)
        media = await pictures.uploaded(delivery, self._upload)
        html = delivery.html if delivery.html is not None else delivery.text
        below = "".join(figure(url, one.alt) for one, (_, url) in list(zip(delivery.images, media, strict=True))[1:])
        body: dict[str, Any] = {
            "title": escape(delivery.title or "", quote=False),  # HTML there; what was approved are its words
            "content": f"{html}{below}",
            "slug": name,
            "status": "publish",
        }
        if numbers:
            body["tags"] = numbers
        if media:  # the first one stands where the site's theme puts it, under the title
            body["featured_media"] = media[0][0]
        answer = await self._line.send("POST", _POSTS, json=body)
        if answer.field("id") is None:
            raise DeliveryUnknown("WordPress took the article and did not say its id.")
        if answer.field("slug") != name and str(answer.field("slug")).startswith(f"{name}-"):
            return await self._take_back(name, answer)
        note = f"Not tagged {', '.join(lacking)}: the user may make no tags." if lacking else None
        return self._receipt(answer.body, note)

    async def _upload(self, one: Picture, content: bytes) -> tuple[int, str]:
        """Number and address of an image in the site's media, with its alt text."""
        file = {"file": (one.file, content, one.mime)}
        said = {"alt_text": one.alt}
        made = await self._line.send("POST", _MEDIA, again=True, data=said, files=file)
        number, url = _number(made.field("id")), made.field("source_url")
        if number is None or not isinstance(url, str):
            raise DeliveryRefused("WordPress did not say its number and address.")
        return number, url

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """The article of our slug; None where it surely is not. Raises DeliveryUnknown."""
        name = slug(delivery.title, effect_key)
        return await self.shown(lambda: self._find(name), delivery.begun_at, images=len(delivery.images))

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether {self.connected.address} has the article {slug(delivery.title, effect_key)}"

    async def _find(self, name: str) -> Receipt | None:
        answer = await self._line.ask(f"{_POSTS}?slug={name}&status={_ANY}&context=edit")
        if answer.status != 200 or not isinstance(answer.body, list):
            raise self._line.unanswered(answer)
        ours = [one for one in answer.body if isinstance(one, dict) and one.get("slug") == name]
        return self._receipt(ours[0]) if ours else None

    async def _look_first(self, name: str) -> Receipt | None:
        """As `find_own`, before anything was sent: a site that does not answer is one to try later."""
        answer = await self._line.send("GET", f"{_POSTS}?slug={name}&status={_ANY}&context=edit", again=True)
        if not isinstance(answer.body, list):
            raise DeliveryRefused(f"There is no WordPress at {self.connected.address}: it answers something else.")
        ours = [one for one in answer.body if isinstance(one, dict) and one.get("slug") == name]
        return self._receipt(ours[0]) if ours else None

    async def _tags(self, delivery: Delivery) -> tuple[list[int], list[str]]:
        """Numbers of the article's tags, and names of those that could not be had."""
        numbers, lacking = [], []
        for name in tags(delivery.hashtags)[:_MOST_TAGS]:
            try:
                number = await self._tag(name)
            except (DeliveryRefused, DeliveryDelayed, DeliveryUnknown):  # an article without it is one still
                number = None
            if number is None:
                lacking.append(name)
            else:
                numbers.append(number)
        return numbers, lacking

    async def _tag(self, name: str) -> int | None:
        found = await self._line.ask(_TAGS, params={"search": name, "per_page": "100"})
        for one in found.body if isinstance(found.body, list) else []:
            if isinstance(one, dict) and str(one.get("name", "")).lower() == name.lower():
                return _number(one.get("id"))
        made = await self._line.send("POST", _TAGS, json={"name": name})
        return _number(made.field("id"))

    async def _take_back(self, name: str, answer: Answer) -> Receipt:
        """An earlier call had made the article after all: the double that this one made goes to the bin."""
        first = await self._find(name)
        if first is None:
            return self._receipt(answer.body, f"The site named it {answer.field('slug')}.")
        try:
            await self._line.send("DELETE", f"{_POSTS}/{answer.field('id')}")
        except (DeliveryRefused, DeliveryDelayed, DeliveryUnknown) as error:
            note = f"It may stand there twice, also as {answer.field('link')}: {error.detail}"
            return first.model_copy(update={"note": note})
        return first

    def _receipt(self, post: dict[str, Any], note: str | None = None) -> Receipt:
        state = post.get("status")
        if state not in ("publish", None):
            note = " ".join(filter(None, [f"It stands there as {state}.", note]))
        link = post.get("link")
        name = post_of(self.connected.address, post.get("id"))
        return Receipt(external_id=name, url=link if isinstance(link, str) else None, note=note)


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) else None
