"""Providers: how an account is connected at each, one module a provider.

In: an app, a code, a token or a password that a person gave. Out: tokens, and whom they speak for. Never: a row, or a
secret in what is told.
"""

from cofounder.channels.accounts.providers.facebook import Facebook
from cofounder.channels.accounts.providers.ghost import Ghost
from cofounder.channels.accounts.providers.linkedin import LinkedIn
from cofounder.channels.accounts.providers.oauth import OAuth
from cofounder.channels.accounts.providers.shapes import App, Identity, Tokens
from cofounder.channels.accounts.providers.smtp import Smtp
from cofounder.channels.accounts.providers.webhook import Webhook
from cofounder.channels.accounts.providers.wordpress import WordPress
from cofounder.channels.accounts.providers.x import X

SIGNED_IN: dict[str, OAuth] = {one.provider: one for one in (LinkedIn(), X(), Facebook())}
Site = WordPress | Ghost | Webhook | Smtp
SITES: dict[str, Site] = {one.provider: one for one in (WordPress(), Ghost(), Webhook(), Smtp())}

__all__ = ["SIGNED_IN", "SITES", "App", "Identity", "OAuth", "Tokens"]
