"""Where a publication stands, and what else is known of that address.

In: the address that a person or a channel gave, imported posts and readings of it. Out: one post an address, with its
readings; those of an address that was given up let go again. Never: an imported post lost, or a link that a person
confirmed undone.
"""

from cofounder.business.matching.standing.service import Stood, absorb, follow, other_at, stood

__all__ = ["Stood", "absorb", "follow", "other_at", "stood"]
