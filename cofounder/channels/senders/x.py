"""X: one post, or a thread whose posts each answer the one before.

A thread's posts are effects of their own inside of the thread's: whatever ends it midway, the next attempt goes on with
the first post that is not there. A post is found again in the account's own timeline, with X's short links put back.
"""

import html
import unicodedata
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

from cofounder.channels.accounts.connected import Connected
from cofounder.channels.counting import length
from cofounder.channels.images.schemas import Picture
from cofounder.channels.linked import replaced
from cofounder.channels.rules import rules
from cofounder.channels.senders import books, pictures
from cofounder.channels.senders.calling import SKEW, Line, Over, delayed
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.channels.senders.nearby import check_links
from cofounder.kit import db, effect_parts, effects
from cofounder.kit.clock import now

QUOTA = books.Quota(100, timedelta(minutes=15), "100 posts in 15 minutes")
_PAGES = 10
_FIELDS = "created_at,entities,referenced_tweets,note_tweet"


def build(connected: Connected) -> "X":
    return X(connected)


class X(Over):
    """Posts as the user `connected.external_id`; `details.handle` makes addresses that people know."""

    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="X")

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        posts = _posts(delivery)
        self._check(posts)
        pictures.check(delivery, self.name)
        if len(posts) == 1:
            return await self._post(delivery, posts[0], None, effect_key)
        first: Receipt | None = None
        before: str | None = None
        for place in range(len(posts)):
            made = await self._part(delivery, place, before, effect_key)
            if made.external_id is None and place + 1 < len(posts):  # a person saw it, and gave no address
                made = await self._identified(delivery, place, before, effect_key)
            first, before = first or made, made.external_id
        assert first is not None
        return first.model_copy(update={"note": f"A thread of {len(posts)} posts."})

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Our post; of a thread the first, once all of them stand. None where one surely does not, which is then to be sent.

        Raises DeliveryUnknown.
        """
        posts = _posts(delivery)
        if len(posts) == 1:
            return await self._shown(delivery, posts[0], None, effect_key)
        first: Receipt | None = None
        before: str | None = None
        for place, text in enumerate(posts):

            async def find(text: str = text, before: str | None = before, key: str = f"{effect_key}#{place}") -> Any:
                found = await self._shown(delivery, text, before, key)
                return None if found is None else found.model_dump(exclude_none=True)

            seen = await effects.look_at_part(f"{effect_key}#{place}", find)
            if seen is None or seen.state in ("absent", "refused"):
                return None
            if seen.state == "unknown":
                raise DeliveryUnknown(_words(seen.error))
            made = Receipt.model_validate(seen.answer or {})
            first, before = first or made, made.external_id
        return first

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        handle = self.connected.details.get("handle") or self.connected.name
        parts = f", and all {len(delivery.parts)} posts of the thread" if len(delivery.parts) > 1 else ""
        return f"See whether the newest posts and answers of {handle} at X hold this text{parts}."

    def _check(self, posts: tuple[str, ...]) -> None:
        """Before the first post is sent each is looked at. Raises DeliveryRefused."""
        limit = rules("x").limit or 0
        for place, text in enumerate(posts, 1):
            size = length("x", text)
            if size > limit:
                which = f"Post {place} of the thread" if len(posts) > 1 else "The text"
                raise DeliveryRefused(f"{which} has {size} characters as X counts; it takes {limit}.")
            check_links(text)

    async def _identified(self, delivery: Delivery, place: int, before: str | None, effect_key: str) -> Receipt:
        """A post that a person saw, as X shows it, so that the next one can answer it; nothing is sent without.

        Raises DeliveryRefused, DeliveryDelayed.
        """
        key = f"{effect_key}#{place}"
        seen = delivery.model_copy(update={"begun_at": delivery.since})  # long ago: it would show
        try:
            found = await self._shown(seen, _posts(delivery)[place], before, key)
        except DeliveryUnknown as error:
            raise delayed(error.detail) from error
        if found is None:
            told = f"X does not show post {place + 1}, which was said to stand, so the next one has nothing to answer"
            raise DeliveryRefused(f"{told}. Post what is missing by hand.")
        async with db.transaction() as session:
            await effect_parts.learnt(session, effect_key, place, found.model_dump(exclude_none=True))
        return found

    async def _part(self, delivery: Delivery, place: int, before: str | None, effect_key: str) -> Receipt:
        """One post of a thread, at most once. Raises as `send`."""
        posts, key = _posts(delivery), f"{effect_key}#{place}"
        text = posts[place]
        broken: list[DeliveryRefused | DeliveryDelayed] = []

        async def call() -> Mapping[str, Any]:
            try:
                return (await self._post(delivery, text, before, key)).model_dump(exclude_none=True)
            except DeliveryRefused as error:
                broken.append(error)
                raise effects.Refused(error.detail) from error
            except DeliveryDelayed as error:
                broken.append(error)
                raise effects.NotDone(error.detail) from error
            except DeliveryLetGo as error:
                raise effects.LetGo from error

        async def find() -> Mapping[str, Any] | None:
            found = await self._shown(delivery, text, before, key)
            return None if found is None else found.model_dump(exclude_none=True)

        request = {"publication_id": str(delivery.publication_id), "post": place + 1, "of": len(posts)}
        made = await effects.part("x.post", key, request, call, find=find)
        if made.state == "done":
            return Receipt.model_validate(made.answer or {})
        if broken:
            raise broken[0]
        raise DeliveryUnknown(_words(made.error))

    async def _post(self, delivery: Delivery, text: str, before: str | None, key: str) -> Receipt:
        token = await self.token()
        await books.room(QUOTA, f"x:{self.connected.external_id}", key, self.label)
        body: dict[str, Any] = {"text": text}
        line = self._line(token)
        if before is not None:
            body["reply"] = {"in_reply_to_tweet_id": before}
        elif delivery.images:  # of a thread they go with its first post
            ids = await pictures.uploaded(delivery, lambda one, content: self._upload(line, one, content))
            body["media"] = {"media_ids": ids}
        try:
            answer = await line.send("POST", "/2/tweets", json=body)
        except DeliveryRefused as error:
            if "duplicate" in error.detail.lower():  # perhaps of an earlier call of ours
                error.for_all = False
                found = await self._shown(delivery.model_copy(update={"begun_at": now()}), text, before, key)
                if found is not None:
                    return found
            raise
        id = answer.field("data", "id")
        if not isinstance(id, str):
            raise DeliveryUnknown("X took the post and did not say its id.")
        return self._receipt(id)

    async def _upload(self, line: Line, one: Picture, content: bytes) -> str:
        """The id of an image at X, with its alt text."""
        said = {"media_category": "tweet_image", "media_type": one.mime}
        file = {"media": (one.file, content, one.mime)}
        made = await line.send("POST", "/2/media/upload", again=True, data=said, files=file)
        id = made.field("data", "id")
        if not isinstance(id, str):
            raise DeliveryRefused("X did not say its id.")
        words = {"id": id, "metadata": {"alt_text": {"text": one.alt}}}
        await line.send("POST", "/2/media/metadata", again=True, json=words)
        return id

    async def _shown(self, delivery: Delivery, text: str, before: str | None, key: str) -> Receipt | None:
        line = self._line(await self.token_to_ask())
        return await self.shown(
            lambda: self._find(line, delivery, text, before, key), delivery.begun_at, images=len(delivery.images)
        )

    async def _find(self, line: Line, delivery: Delivery, text: str, before: str | None, key: str) -> Receipt | None:
        since = (delivery.since - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = f"/2/users/{quote(self.connected.external_id, safe='')}/tweets"
        params = {"start_time": since, "max_results": "100", "tweet.fields": _FIELDS}
        for _ in range(_PAGES):
            answer = await line.ask(asked, params=params)
            if answer.status != 200 or answer.field("meta", "result_count") is None:
                raise line.unanswered(answer)
            posts = [one for one in answer.field("data") or [] if isinstance(one, dict)]
            ours = [one for one in posts if _answers(one, before) and _plain(_said(one)) == _plain(text)]
            free = await books.unclaimed(ours, [str(one.get("id")) for one in ours], key)
            if free:
                return self._receipt(str(free[-1]["id"]))
            following = answer.field("meta", "next_token")
            if not following:
                return None
            params = {**params, "pagination_token": str(following)}
        raise DeliveryUnknown("There are more posts since then than X was asked for.")

    def _line(self, token: str) -> Line:
        return Line(self.name, self.label, self.connected.address, {"Authorization": f"Bearer {token}"}, (token,))

    def _receipt(self, id: str) -> Receipt:
        handle = str(self.connected.details.get("handle") or "").lstrip("@") or "i/web"
        return Receipt(external_id=id, url=f"https://x.com/{handle}/status/{id}")


def _words(error: str | None) -> str:
    """What the ledger has on record, without the name of our error."""
    return (error or "").partition(": ")[2] or "Of the next one nobody knows."


def _posts(delivery: Delivery) -> tuple[str, ...]:
    return delivery.parts or (delivery.text,)


def _answers(post: dict[str, Any], before: str | None) -> bool:
    """Whether it is an answer to that post; to none where none is named."""
    named = [one for one in post.get("referenced_tweets") or [] if isinstance(one, dict)]
    replied = [str(one.get("id")) for one in named if one.get("type") == "replied_to"]
    return replied == ([] if before is None else [before])


def _said(post: dict[str, Any]) -> str:
    """Its text with the addresses that X's short ones stand for."""
    long = post.get("note_tweet")
    whole = long if isinstance(long, dict) and long.get("text") else post
    text = str(whole.get("text", ""))
    entities = whole.get("entities")
    for one in (entities.get("urls") if isinstance(entities, dict) else None) or []:
        if isinstance(one, dict) and one.get("url") and one.get("expanded_url"):
            text = text.replace(str(one["url"]), str(one["expanded_url"]))
    return html.unescape(text)


def _plain(text: str) -> list[str]:
    """Words to compare: links without scheme and slash at the end, for X writes them its own way."""
    text = unicodedata.normalize("NFC", text)
    return replaced(text, _bare).split()


def _bare(link: str) -> str:
    lower = link.lower()
    for scheme in ("https://", "http://"):
        lower = lower.removeprefix(scheme)
    return lower.rstrip("/")
