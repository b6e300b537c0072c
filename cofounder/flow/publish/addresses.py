"""The address at which a person says that a publication stands: whether it fits, and which post it names."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import standing
from cofounder.business.records import service as records
from cofounder.channels import addresses, hosts, senders
from cofounder.channels.rules import called
from cofounder.channels.senders import nearby
from cofounder.channels.senders.delivery import Receipt
from cofounder.flow.publish.errors import AddressElsewhere, AddressTaken
from cofounder.flow.publish.tables import Publication

_ANYWHERE = ("outbox", "webhook")


def check(url: str, channel: str) -> None:
    """What is for a platform stands at its own hosts; what is for a blog or by mail, at none of another's.

    What lay in the outbox, or what a webhook's receiver makes of a text, may stand anywhere on the internet.
    Raises AddressElsewhere.
    """
    if hosts.host(url) is None:
        raise AddressElsewhere("It is no http or https address.", field="url")
    if nearby.inside(url):
        raise AddressElsewhere("It lies in your own network, where no reader gets.", field="url")
    platform = hosts.platform_of(url)
    if platform is None and hosts.has_own(channel):
        raise AddressElsewhere(f"It is no address of {called(channel)}.", field="url")
    if platform is not None and channel not in (platform, *_ANYWHERE):
        told = f"It is an address of {called(platform)}; the text was for {called(channel)}."
        raise AddressElsewhere(told, field="url")


async def free(session: AsyncSession, row: Publication, url: str) -> None:
    """Raises AddressTaken where another publication stands: what is imported of the address would be nobody's."""
    other = await standing.other_at(session, row.id, row.channel, url)
    if other is not None:
        raise AddressTaken(f"Publication {other} stands there.", field="url")


async def receipt(session: AsyncSession, row: Publication, url: str | None) -> Receipt:
    """What an address tells of a publication's post, as its channel would have told it.

    Raises AddressElsewhere for another publication's.
    """
    if url is None:
        return Receipt()
    connected = getattr(senders.named(row.delivered_by, row.account_id, row.account), "connected", None)
    account, site = (connected.external_id, connected.address) if connected is not None else ("", "")
    id = addresses.post_id(row.delivered_by, url, account=account, site=site)
    whose = await records.publication_named(session, row.channel, id) if id is not None else None
    if whose not in (None, row.id):
        raise AddressElsewhere(f"It is the address of another publication, {whose}.", field="url")
    return Receipt(external_id=id, url=url)
