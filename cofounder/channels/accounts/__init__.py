"""Accounts: where a company's channels publish to, and what is needed to speak for it there.

In: what a person connects, on the page or at the command line. Out: `Connected`, which senders and readers are built
from. Never: a secret in an answer, a log or a publication.
"""

from cofounder.channels.accounts.book import current, every, find, latest, of, refresh
from cofounder.channels.accounts.connected import PROVIDERS, AccountAway, Connected, Provider, SignInNeeded
from cofounder.ops import connections

connections.read_also(refresh)  # wherever mail and models are read anew, accounts are

__all__ = [
    "PROVIDERS",
    "AccountAway",
    "Connected",
    "Provider",
    "SignInNeeded",
    "current",
    "every",
    "find",
    "latest",
    "of",
    "refresh",
]
