"""What the options of `approve` say about a decision."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut, Decision


class EditUnclear(InputInvalid):
    """The edit does not say which channel's text it is."""

    hint = "Name one --channel with a text file, or give JSON: {channel: {field: text}}."


class Choice:
    """What the options say about the decision."""

    def __init__(
        self,
        verdict: str | None = None,
        channels: list[str] | None = None,
        feedback: str | None = None,
        schedule_at: datetime | None = None,
        edit: Path | None = None,
        anyway: bool = False,
        at_once: bool = False,
        accounts: dict[str, str] | None = None,
    ) -> None:
        self.verdict = verdict
        self.channels = channels
        self.feedback = feedback
        self.schedule_at = schedule_at
        self.edit = edit
        self.anyway = anyway
        self.at_once = at_once
        self.accounts = accounts

    def decision(self, seen: "ApprovalOut") -> "Decision":
        """The decision, bound to the texts that were shown. Raises EditUnclear."""
        from cofounder.flow.approve.schemas import Decision

        approving = self.verdict == "approve"
        return Decision.model_validate(
            {
                "task_id": seen.task_id,
                "verdict": self.verdict,
                "round": seen.round,
                "kind": seen.kind,
                "fingerprint": seen.fingerprint,
                "publish_to_channels": self.channels if approving and seen.kind == "content" else None,
                "feedback": self.feedback,
                **({"schedule_at": self.schedule_at} if approving and (self.schedule_at or self.at_once) else {}),
                "accounts": (self.accounts or None) if approving and seen.kind == "content" else None,
                "edits": edits(self.edit, self.channels, list(seen.channel_variants))
                if self.edit and approving
                else None,
            }
        )


class AccountUnclear(InputInvalid):
    """The account does not say whose texts go by it."""

    hint = "Name the channel as well: --account linkedin=NAME. The outbox is an account of every channel."


def accounts_of(given: list[str], channels: list[str] | None) -> dict[str, str]:
    """channel -> account of CHANNEL=NAME; a bare name is meant for the one channel that is chosen. Raises AccountUnclear."""
    found: dict[str, str] = {}
    for one in given:
        channel, there, name = one.partition("=")
        if not there and channels and len(channels) == 1:
            channel, name = channels[0], one
        channel, name = channel.strip(), name.strip()
        if not channel or not name or channel in found:
            raise AccountUnclear(f"{one!r} is not CHANNEL=NAME, once a channel.", field="account")
        found[channel] = name
    return found


def edits(file: Path, channels: list[str] | None, there: list[str]) -> dict[str, Any]:
    """What a file changes: JSON by channel, or one text for the one channel that is meant. Raises EditUnclear."""
    import json as codec

    from cofounder.cli.groups.asking import read

    text = read(file)
    if file.suffix.lower() == ".json":
        try:
            found = codec.loads(text)
        except ValueError as error:
            raise EditUnclear(f"{file} is not JSON: {error}", field="edit") from error
        if not isinstance(found, dict):
            raise EditUnclear(f"{file} holds no object.", field="edit")
        return found
    meant = channels or there
    if len(meant) != 1:
        raise EditUnclear(field="edit")
    return {meant[0]: {"content": text}}
