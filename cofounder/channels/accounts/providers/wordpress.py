"""WordPress: a site, a user of it and an application password."""

from cofounder.channels import reach
from cofounder.channels.accounts.asking import SECONDS, Refused, ask
from cofounder.channels.accounts.providers.shapes import Identity


class WordPress:
    """An application password is made in the user's own profile there, and can be taken back there."""

    provider = "wordpress"
    label = "WordPress"
    needs = ("user", "password")
    may = ()
    secret = ("user", "password")

    async def identity(self, address: str, given: dict[str, str]) -> Identity:
        """Who the password speaks for. Raises Refused, Away."""
        user, password = given["user"], given["password"]
        found = await ask(
            "GET",
            f"{address}/wp-json/wp/v2/users/me",
            client=reach.client(address, timeout_seconds=SECONDS),
            params={"context": "edit"},
            auth=(user, password),
            secrets=(password,),
        )
        if not found.get("id"):
            raise Refused("It is no WordPress site, or its REST API is switched off.")
        may = found.get("capabilities")
        if isinstance(may, dict) and not may.get("publish_posts"):
            raise Refused(f"The user {user} may not publish posts there: it needs the role Author or more.")
        details = {"user": str(found.get("slug") or found.get("username") or user)}
        return Identity(str(found["id"]), _host(address), "site", details=details)


def _host(address: str) -> str:
    return address.partition("://")[2]
