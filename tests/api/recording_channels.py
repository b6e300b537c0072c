"""The part of the walk that connects accounts of channels, at providers on loopback that read as the real ones."""

import json
from typing import Any
from urllib.parse import quote

from cofounder.channels.accounts import book, signing_in
from cofounder.settings import settings
from tests.channels.accounts.world import APP, APP_SECRET, running

AT = "/api/channels"
KEY = "whsec_c2hvd24gb25jZSwga2VwdCBieSB3aG9ldmVyIHJlYWRzIGl0"


async def channels(ask: Any) -> None:
    async with running() as world:
        chosen = settings()
        before = chosen.channel_addresses, chosen.private_hosts
        host = world.url.removeprefix("http://")
        chosen.channel_addresses, chosen.private_hosts = f"linkedin={world.url}", host
        try:
            await _walk(ask, world)
        finally:
            chosen.channel_addresses, chosen.private_hosts = before
            book.forget()
        for name, kept in ask.kept.items():
            told = json.dumps(kept)
            for here, there in (
                (f"{world.url}/oauth", "https://www.linkedin.com/oauth"),
                (world.url, "https://hooks.example.org"),
                (host, "hooks.example.org"),
                (ask.house.url, "https://cofounder.example.org"),
                (quote(ask.house.url, safe=""), quote("https://cofounder.example.org", safe="")),
            ):
                told = told.replace(here, there)
            ask.kept[name] = json.loads(told)


async def _walk(ask: Any, world: Any) -> None:
    hook = {"provider": "webhook", "name": "Our intranet", "address": f"{world.url}/news"}
    made = await ask("connect_account", "POST", f"{AT}/accounts", hook)
    ask.kept["connect_account"]["response"]["signing_key"] = KEY
    app = {"provider": "linkedin", "kind": "organisation", "client_id": APP, "client_secret": APP_SECRET}
    begun = await ask("begin_sign_in", "POST", f"{AT}/sign-in", app)
    code, state = world.agree(begun["url"])
    row = await signing_in.finish(signing_in.Came(state, code))
    found = await ask(
        "choose_account", "POST", f"{AT}/accounts/{row.id}/choose", {"external_id": "urn:li:organization:111"}
    )
    page = found["account_id"]
    await ask("check_account", "POST", f"{AT}/accounts/{page}/check")
    await ask("make_account_default", "POST", f"{AT}/accounts/{page}/default")
    await ask("list_channels", "GET", AT)
    await ask("show_links", "GET", f"{AT}/links")
    await ask("disconnect_account", "DELETE", f"{AT}/accounts/{page}")
    await ask.house.admin.delete(f"{AT}/accounts/{made['account_id']}")
