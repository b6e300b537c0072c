"""Readings that were taken before their post went out: they are kept and flagged, and belong to no post.

In: imported readings with their post, and since when a publication stands. Out: links taken off, and put back where a
publication turns out to be older. Never: a reading lost, or one of a post that was imported itself parted from it, for
nobody knows to the minute when that went out.
"""

from cofounder.business.matching.timing.queries import count, look_anew, part, part_of

__all__ = ["count", "look_anew", "part", "part_of"]
