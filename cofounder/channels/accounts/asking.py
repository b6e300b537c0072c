"""One call to a provider about an account: what it says, or in words why there is no answer. No secret is ever told."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cofounder.kit import outside
from cofounder.kit.secrets import without

if TYPE_CHECKING:
    import httpx

SECONDS = 20.0
_LONGEST = 300


class Refused(Exception):
    """The provider answered, and says no: surely for good."""

    def __init__(self, words: str, *, status: int = 0, code: str = "", field: str | None = None) -> None:
        super().__init__(words)
        self.words, self.status, self.code = words, status, code
        self.field = field  # of what was given, where it says which is wrong

    @property
    def access_ended(self) -> bool:
        """Whether it says that the access itself has ended or was taken back."""
        return self.status == 401 or self.code in ("invalid_grant", "invalid_token", "190")


class Away(Exception):
    """Nobody answered, or nothing that counts: it may be otherwise in a moment."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


async def ask(
    method: str,
    url: str,
    *,
    client: "httpx.AsyncClient | None" = None,
    secrets: Iterable[str | None] = (),
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The provider's answer, a JSON object; empty where it says nothing. Raises Refused, Away.

    `secrets` are taken out of whatever is told.
    """
    import httpx

    hidden = [one for one in secrets if one]
    try:
        async with client or outside.client(timeout_seconds=SECONDS) as line:
            given = dict(params) if params is not None else None
            answer = await line.request(
                method,
                url,
                headers=dict(headers or {}),
                params=given,
                data=dict(data) if data is not None else None,
                auth=auth,
            )
    except httpx.HTTPError as error:
        words = str(error) or type(error).__name__
        raise Away(_plain(f"{httpx.URL(url).host} does not answer: {words}", hidden)) from None
    return _read(answer, hidden)


def _read(answer: "httpx.Response", hidden: list[str]) -> dict[str, Any]:
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = None
    host = answer.request.url.host
    said, code = _said(body)
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Away(_plain(f"{host} says {answer.status_code}. {said}".strip(), hidden))
    if answer.status_code >= 300:
        words = f"{host} says {answer.status_code}" + (f": {said}" if said else ".")
        raise Refused(_plain(words, hidden), status=answer.status_code, code=code)
    if isinstance(body, list):
        return {"items": body}
    if not isinstance(body, dict):
        raise Refused(f"{host} gave an answer that nobody can read.", status=answer.status_code)
    if "error" in body:  # some say so with a 200
        raise Refused(_plain(f"{host} says: {said}", hidden), status=answer.status_code, code=code)
    return body


def _said(body: Any) -> tuple[str, str]:
    """(words, code) of a refusal, in whichever of the usual forms it comes."""
    if not isinstance(body, dict):
        return "", ""
    error = body.get("error")
    if isinstance(error, dict):  # Facebook
        return str(error.get("message") or ""), str(error.get("code") or "")
    if isinstance(error, str):  # OAuth 2
        return str(body.get("error_description") or error), error
    errors = body.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):  # Ghost, X
        return str(errors[0].get("message") or errors[0].get("detail") or ""), str(errors[0].get("code") or "")
    words = body.get("message") or body.get("detail") or body.get("title") or ""  # LinkedIn, WordPress, X
    return str(words), str(body.get("code") or body.get("serviceErrorCode") or "")


def _plain(words: str, hidden: list[str]) -> str:
    """On one line, cut, without what is secret."""
    return " ".join(without(words, hidden, "…").split())[:_LONGEST]
