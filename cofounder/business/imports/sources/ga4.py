"""Google Analytics 4 through its Data API (v1beta, runReport), signed in as a service account.

https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport
https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx

from cofounder.business.imports.errors import FileEmpty, QuotaSpent, SourceOutOfReach, SourceRefused
from cofounder.business.imports.schemas import Form, Ga4Config, Units
from cofounder.business.imports.sources.batches import Batch, frame, names
from cofounder.kit import clock, outside

API = "https://analyticsdata.googleapis.com"
TOKENS = "https://oauth2.googleapis.com/token"  # whatever address a key file names: a key goes nowhere else
_SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
_PAGE = 50_000  # the API gives at most 250,000 rows an answer
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Ga4Reader:
    """A report: its dimensions and metrics are the columns."""

    def __init__(self, config: Ga4Config, key: str | None, *, form: Form) -> None:
        self.form = form
        self.notes: list[str] = []
        self.units: dict[str, str] = {}  # currency and time zone of the property
        self._config = config
        self._client = outside.blocking_client(timeout_seconds=60.0)
        try:
            self._token = self._sign_in(_account(key))
            self._first = self._page(0)
        except BaseException:
            self.close()
            raise
        self.total: int | None = int(self._first.get("rowCount", 0))
        self.columns = names([*config.dimensions, *config.metrics], self.notes)
        self._note(self._first.get("metadata") or {})

    def _sign_in(self, account: dict[str, str]) -> str:
        import jwt

        now = int(clock.now().timestamp())
        claims = {"iss": account["client_email"], "scope": _SCOPE, "aud": TOKENS, "iat": now, "exp": now + 3600}
        try:
            signed = jwt.encode(claims, account["private_key"], algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise SourceRefused("The key file's private key cannot be read.", field="secret") from error
        answer = self._post(TOKENS, data={"grant_type": _GRANT, "assertion": signed})
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise SourceRefused("Google gave no access token.", field="secret")
        return token

    def _page(self, offset: int) -> dict[str, Any]:
        config = self._config
        body = {
            "dateRanges": [{"startDate": config.start, "endDate": config.end}],
            "dimensions": [{"name": name} for name in config.dimensions],
            "metrics": [{"name": name} for name in config.metrics],
            "orderBys": [{"dimension": {"dimensionName": name}} for name in config.dimensions],
            "offset": str(offset),
            "limit": str(_PAGE),
            "keepEmptyRows": False,
            "returnPropertyQuota": True,
        }
        url = f"{API}/v1beta/properties/{config.property_id}:runReport"
        return self._post(url, json=body, headers={"Authorization": f"Bearer {self._token}"})

    def _post(self, url: str, **sent: Any) -> dict[str, Any]:
        try:
            answer = self._client.post(url, **sent)
        except httpx.HTTPError as error:
            raise SourceOutOfReach(f"Google Analytics: {type(error).__name__}.", field="source") from error
        try:
            said = answer.json()
        except ValueError:
            said = {}
        if answer.is_success and isinstance(said, dict):
            return said
        raise _refusal(answer.status_code, said if isinstance(said, dict) else {})

    def _note(self, metadata: dict[str, Any]) -> None:
        if metadata.get("dataLossFromOtherRow"):
            self.notes.append(
                "Google put rare values together as (other): sums are right, single rows are not all there."
            )
        if metadata.get("subjectToThresholding"):
            self.notes.append("Google left out rows of few users to protect them.")
        if metadata.get("samplingMetadatas"):
            self.notes.append("Google counted a sample of the events and scaled it up.")
        if metadata.get("currencyCode"):
            self.notes.append(f"Money is in {metadata['currencyCode']}, the currency of the property.")
            self._say("currency", metadata["currencyCode"])
        if metadata.get("timeZone"):
            self.notes.append(f"Days are those of {metadata['timeZone']}, the time zone of the property.")
            self._say("timezone", metadata["timeZone"])

    def _say(self, name: str, value: Any) -> None:
        with suppress(ValueError):  # a currency or a zone that is new to us stays a note
            Units.model_validate({name: value})
            self.units[name] = value

    def batches(self, size: int = _PAGE, place: str | None = None) -> Iterator[Batch]:
        answer, seen = self._first, 0
        while rows := answer.get("rows") or []:
            cells = [
                [one.get("value") for one in (*row.get("dimensionValues", ()), *row.get("metricValues", ()))]
                for row in rows
            ]
            for start in range(0, len(cells), size):
                part = cells[start : start + size]
                lines = range(seen + start + 1, seen + start + 1 + len(part))
                yield Batch(frame(self.columns, list(lines), part), len(part))
            seen += len(rows)
            if seen >= (self.total or 0):
                return
            answer = self._page(seen)
        if not seen:
            raise FileEmpty("The property has no rows for these days.", field="source", hint="Ask for other days.")

    def close(self) -> None:
        self._client.close()


def _account(key: str | None) -> dict[str, str]:
    """The two lines of a service account's key file that sign in."""
    try:
        said = json.loads(key or "")
        return {name: str(said[name]) for name in ("client_email", "private_key")}
    except (ValueError, KeyError, TypeError) as error:
        raise SourceRefused(
            "The secret is no key file of a service account.",
            field="secret",
            hint="Google Cloud console: IAM, Service accounts, Keys, Add key, JSON. Give the account the role Viewer"
            " in the property's access management.",
        ) from error


def _refusal(status: int, said: dict[str, Any]) -> Exception:
    error = said.get("error")
    if isinstance(error, dict):
        message, state = str(error.get("message", "")), str(error.get("status", ""))
    else:  # the token's address answers {"error": "invalid_grant", "error_description": …}
        message, state = str(said.get("error_description", "")), str(error or "")
    message = message[:300] or f"It answered {status}."
    if status == 429 or state == "RESOURCE_EXHAUSTED":
        return QuotaSpent(message, field="source")
    if status >= 500:
        return SourceOutOfReach(f"Google Analytics: {message}", field="source")
    return SourceRefused(f"Google Analytics: {message}", field="source")
