"""The address at which a person says that a publication stands: whether it fits, and which post it names."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels import addresses, hosts, senders
from cofounder.channels.rules import called
from cofounder.channels.senders.delivery import Receipt
from cofounder.flow.publish.errors import AddressElsewhere
from cofounder.flow.publish.tables import Publication


def check(url: str, channel: str) -> None:
    """A short link or one's own site may be any channel's; the address of another platform is a slip.

    What a webhook's receiver makes of a text may stand anywhere. Raises AddressElsewhere.
    """
    if hosts.host(url) is None:
        raise AddressElsewhere("It is no http or https address.", field="url")
    platform = hosts.platform_of(url)
    if platform is not None and channel not in (platform, "webhook"):
        told = f"It is an address of {called(platform)}; the text was for {called(channel)}."
        raise AddressElsewhere(told, field="url")


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
