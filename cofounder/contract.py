"""What the OpenAPI says beside the routes: the parts of the product in their order, the conventions, real examples.

In: the app with all of its routes. Out: the same app, whose `/api/openapi.json` a person can read from top to bottom.
Never: what a single route takes, gives or refuses; the route says that itself.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from cofounder.kit import openapi
from cofounder.kit.problems import MAX_ADDRESS_BYTES, MAX_BODY_BYTES, MAX_HEADER_BYTES

RECORDED = Path(__file__).with_name("recorded.json")
TAGS = {
    "chat": "Ask about the company, give work in a conversation, follow an answer as it comes.",
    "tasks": "Ask for something, follow it, answer its questions, stop it, run it again.",
    "tools": "Servers of others that offer tools over MCP: register, look, approve, remove.",
    "commands": "Work for agents: make, claim, answer, mend.",
    "approval": "Read what waits for a decision, change its text, let images go with it, decide.",
    "publishing": "What was sent where, what waits for its time, what nobody is sure of.",
    "channels": "Accounts that texts go out by: connect, look, check, disconnect; what ends when.",
    "imports": "Bring the company's own data in: look, map, run, see what was refused.",
    "business": "What that data says: similar work, usual results, topics, times, expectations; links to confirm.",
    "learning": "What was learned from what was done.",
    "models": "Language models: which are set up, which is asked first and why, what that saved.",
    "personas": "The voices: how each does, how often it is drawn, what was learnt and what a person set.",
    "training": "Examples as files. Every answer here comes in an envelope, but for the files themselves.",
    "fine-tuning": "Models of the company's own: what can tune one, what it costs, jobs, rules, where a result is served.",
    "people": "Sign in, people and their roles, API keys, the audit log.",
    "settings": "What may change while the product runs.",
    "operations": "Is it well, and what changes as it changes.",
}
ABOUT = f"""\
A request in plain language becomes a plan, a text for each channel, a decision of a person, a publication and a
training example.

**Who calls.** Send `Authorization: Bearer KEY`. Without it every address but health, readiness, sign-in and the contract answers
401, whatever the body says. Roles: viewer < operator < approver < admin.

**Errors** are `application/problem+json`: `type, title, status, detail, code, hint, errors`. `code` is stable, `hint`
says what to do, `errors` names each field at fault as the body itself spells it. Addresses under
`/api/orchestrator/training` and `/api/orchestrator/models` put the same problem into
`{{success, data, error, message}}`. After any error nothing was changed.

**Bodies** are UTF-8 JSON of at most {MAX_BODY_BYTES:,} bytes. Unknown fields, a name given twice, text or `false` in
place of a number, NaN and NUL characters are refused. So are unknown query parameters, by their names. Unknown headers
are passed over, `Accept` too but in chat: JSON is what there is. Address and query may have {MAX_ADDRESS_BYTES:,} bytes (else
414), headers {MAX_HEADER_BYTES:,} (else 431). HEAD answers as GET does without the body, OPTIONS with the methods in `Allow`,
and a slash at the end of an address means nothing.

**Lists** answer `{{items, next_cursor, total}}`. Send `next_cursor` back as `cursor` for the next page; it is null on
the last. Entries that come or go between two pages are neither shown twice nor left out. Times are ISO 8601 in UTC,
money is in US dollars, scores and rates lie between 0 and 1.

**Idempotency-Key** on what makes something: the same key with the same body is answered as the first time and does
nothing again, also when both come at once; with another body it is refused (409 `key_reused`). After an error the same
key may be used again. A key counts for its address, its caller and, where nothing else is said, for seven days. An
answer with a secret is given once: there a key is refused (422 `given_once`).

**ETag and If-Match** where a person edits: a change that names an older version is refused with 412 `old_version`.

**Waiting.** 429 and 503 come with `Retry-After` in seconds.
"""


def describe(app: FastAPI) -> None:
    """Complete the app's OpenAPI. Call it when every router is there."""
    app.description = ABOUT
    app.openapi_tags = [{"name": name, "description": said} for name, said in TAGS.items()]
    openapi.order(app, list(TAGS), recorded())


@cache
def recorded() -> dict[str, Any]:
    """Operation id -> the request and the answer of a real run."""
    return dict(json.loads(RECORDED.read_text(encoding="utf-8"))) if RECORDED.exists() else {}
