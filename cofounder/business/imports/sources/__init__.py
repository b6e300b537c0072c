"""Reading: whatever the source is, out come batches of text cells with the lines they stand on.

In: a file's path, a database's address, a property of Google Analytics. Out: frames whose columns are all text, so
that one converter reads every source alike. Never: the whole source in memory, a guess at what a value means, or a
formula carried out.
"""

from cofounder.business.imports.sources.batches import LINE_COLUMN, Batch, Reader
from cofounder.business.imports.sources.files import open_file

__all__ = ["LINE_COLUMN", "Batch", "Reader", "open_file"]
