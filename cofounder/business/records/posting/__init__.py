"""What a source says of posts that nobody brought in: its readings, one a post, to make posts of."""

from cofounder.business.records.posting.queries import Loose, loose

__all__ = ["Loose", "loose"]
