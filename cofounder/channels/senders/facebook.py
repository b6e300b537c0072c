"""Facebook: one post on a page's feed, with its link as the preview that people see."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from cofounder.channels.accounts.connected import Connected
from cofounder.channels.accounts.providers.facebook import API_VERSION
from cofounder.channels.counting import length
from cofounder.channels.images.schemas import Picture
from cofounder.channels.rules import rules
from cofounder.channels.senders import books, pictures
from cofounder.channels.senders.calling import SKEW, Answer, Line, Over, delayed
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.channels.senders.nearby import check_links, links
from cofounder.kit.clock import now

_PAGES = 10
_GONE = (102, 190, 463, 467)  # the token, and what is said of it in a subcode
_TOO_FAST = (4, 17, 32, 341, 613, 80001, 1390008)
_MAY_BE = (1, 2)  # "unknown error", "temporarily unavailable": it may have been done
_DOUBLE = 506
_VERSION_OVER = (12, 2635)
_WAIT = timedelta(minutes=15)  # where it does not say how long


def build(connected: Connected) -> "Facebook":
    return Facebook(connected)


class Facebook(Over):
    """Posts on the page `connected.external_id` with the page's own token."""

    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="Facebook")
        version = str(connected.details.get("api_version") or API_VERSION)
        page = f"/{quote(version, safe='.')}/{quote(connected.external_id, safe='')}"
        self._feed, self._photos = f"{page}/feed", f"{page}/photos"

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        limit = rules("facebook").limit or 0
        if length("facebook", delivery.text) > limit:
            raise DeliveryRefused(f"Facebook takes {limit:,} characters; the text is longer.")
        check_links(delivery.text)
        pictures.check(delivery, self.name)
        line = self._line(await self.token())
        body = {"message": delivery.text}
        found = links(delivery.text)
        ids = await pictures.uploaded(delivery, lambda one, content: self._upload(line, one, content))
        if ids:  # a post shows its images or a link's preview, not both
            body |= {f"attached_media[{place}]": json.dumps({"media_fbid": id}) for place, id in enumerate(ids)}
        elif found:
            body["link"] = found[-1]
        answer = await line.send("POST", self._feed, data=body, fine=(400, 401, 403, 404))
        if answer.status >= 300:
            trouble = _trouble(line, answer)
            if answer.field("error", "code") == _DOUBLE:  # perhaps of an earlier call of ours
                there = await self._find(line, delivery, effect_key)
                if there is not None:
                    return there
            raise trouble
        id = answer.field("id")
        if not isinstance(id, str):
            raise DeliveryUnknown("Facebook took the post and did not say its id.")
        return _receipt({"id": id})

    async def _upload(self, line: Line, one: Picture, content: bytes) -> str:
        """The id of a photo that nobody sees yet, with its alt text."""
        said = {"published": "false", "alt_text_custom": one.alt}
        file = {"source": (one.file, content, one.mime)}
        fine = (400, 401, 403, 404)
        made = await line.send("POST", self._photos, again=True, data=said, files=file, fine=fine)
        if made.status >= 300:
            trouble = _trouble(line, made)
            raise delayed(trouble.detail) if isinstance(trouble, DeliveryUnknown) else trouble
        id = made.field("id")
        if not isinstance(id, str):
            raise DeliveryRefused("Facebook did not say its id.")
        return id

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Our post on the page's feed; None where it surely is not. Raises DeliveryUnknown."""
        line = self._line(await self.token_to_ask())
        return await self.shown(
            lambda: self._find(line, delivery, effect_key), delivery.begun_at, images=len(delivery.images)
        )

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether the newest posts of the Facebook page {self.connected.name} hold this text."

    def _line(self, token: str) -> Line:
        return Line(self.name, self.label, self.connected.address, {"Authorization": f"Bearer {token}"}, (token,))

    async def _find(self, line: Line, delivery: Delivery, key: str) -> Receipt | None:
        since = delivery.since - SKEW
        params = {
            "fields": "id,message,created_time,permalink_url",
            "since": str(int(since.timestamp())),
            "limit": "100",
        }
        for _ in range(_PAGES):
            answer = await line.ask(self._feed, params=params)
            posts = answer.field("data")
            if answer.status != 200 or not isinstance(posts, list):
                raise line.unanswered(answer)
            ours = [one for one in posts if isinstance(one, dict) and _reads(one, delivery) and _made(one) >= since]
            free = await books.unclaimed(ours, [str(one.get("id")) for one in ours], key)
            if free:
                return _receipt(free[-1])
            following = answer.field("paging", "cursors", "after")
            if not answer.field("paging", "next") or not following:  # its address holds a token: only the mark is used
                return None
            params = {**params, "after": str(following)}
        raise DeliveryUnknown("There are more posts since then than Facebook was asked for.")


def _trouble(line: Line, answer: Answer) -> DeliveryRefused | DeliveryDelayed | DeliveryUnknown:
    """Facebook says in a code of its own what is wrong; most of them come with status 400."""
    codes = {answer.field("error", "code"), answer.field("error", "error_subcode")}
    because = line.because(answer)
    if codes & set(_TOO_FAST):
        return delayed(f"Facebook finds this too fast{because}", until=now() + (_told(answer) or _WAIT))
    if codes & set(_MAY_BE):
        return DeliveryUnknown(f"Facebook does not say what it did{because}")
    refused = DeliveryRefused(f"Facebook did not take it ({answer.status}){because}")
    if codes & set(_GONE):
        refused = DeliveryRefused(f"Facebook no longer takes the page's access. Connect it again{because}")
    elif codes & set(_VERSION_OVER):
        refused = DeliveryRefused(f"Facebook has ended the version of its API that is used here{because}")
    code = answer.field("error", "code")
    refused.for_all = bool(codes & {*_GONE, *_VERSION_OVER}) or (isinstance(code, int) and 200 <= code < 300)
    return refused


def _told(answer: Answer) -> timedelta | None:
    """The minutes after which access comes back, as a header of Facebook's says."""
    try:
        uses = json.loads(answer.headers.get("x-business-use-case-usage", ""))
        minutes = [one["estimated_time_to_regain_access"] for listed in uses.values() for one in listed]
        return timedelta(minutes=max(float(one) for one in minutes)) or None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _receipt(post: dict[str, Any]) -> Receipt:
    url = post.get("permalink_url")
    id = str(post.get("id"))
    return Receipt(external_id=id, url=url if isinstance(url, str) else f"https://www.facebook.com/{id}")


def _reads(post: dict[str, Any], delivery: Delivery) -> bool:
    return str(post.get("message", "")).split() == delivery.text.split()


def _made(post: dict[str, Any]) -> datetime:
    """When it was made; a post without a time counts as new."""
    try:
        return datetime.fromisoformat(str(post.get("created_time")).replace("+0000", "+00:00"))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
