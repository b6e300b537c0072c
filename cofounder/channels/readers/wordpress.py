"""WordPress: how many comments a post has; it counts nothing else by itself.

Source: WordPress REST API, posts (`include`, edit context) and comments (`post`, the header X-WP-Total).
"""

import base64
from collections.abc import Sequence

from cofounder.channels.accounts import Connected
from cofounder.channels.readers.reading import Asked, Counted, ReadOut, of_this_site
from cofounder.channels.readers.wire import line

AT_ONCE = 20


async def read(connected: Connected, posts: Sequence[Asked], left_out: frozenset[str]) -> ReadOut:
    """Comments of at most twenty posts. Raises SignInNeeded, ReadingDelayed, ReaderAway, ReadingRefused."""
    base, headers = f"{connected.address}/wp-json/wp/v2", _headers(connected)
    ids, elsewhere = of_this_site(posts, connected.address)
    if not ids:
        return ReadOut(not_offered=elsewhere)
    counted, gone = [], {}
    async with line(connected) as calls:
        asked = {"include": ",".join(ids.values()), "per_page": "100", "_fields": "id,status"}
        found = await calls.ask("GET", f"{base}/posts", params=asked, headers=headers)
        there = (
            {str(one.get("id")) for one in found.body if isinstance(one, dict)}
            if isinstance(found.body, list)
            else set()
        )
        for id, own in ids.items():
            if own not in there:
                gone[id] = "It is no longer public on the site."
                continue
            params = {"post": own, "per_page": "1", "_fields": "id"}
            answer = await calls.ask("GET", f"{base}/comments", params=params, headers=headers)
            total = answer.headers.get("x-wp-total", "")
            counts = {"comments": int(total)} if total.isdigit() else {}
            counted.append(Counted(id, counts, {"comments": total}))
    return ReadOut(counted=tuple(counted), gone=gone, not_offered=elsewhere)


async def followers(connected: Connected) -> int | None:
    """WordPress counts none."""
    return None


def _headers(connected: Connected) -> dict[str, str]:
    said = f"{connected.secret.get('user', '')}:{connected.secret.get('password', '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(said).decode()}"}
