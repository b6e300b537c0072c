"""Links by name: what rows say of each other by id or address is joined as it comes in, and follows its correction.

In: imported rows. Out: links, each written down as a match. Never: a link that a person refused, or one they confirmed
undone.
"""

from cofounder.business.matching.naming.queries import link, note

__all__ = ["link", "note"]
