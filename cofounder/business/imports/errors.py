"""What can be wrong with a source, its mapping or what is asked of an import."""

from cofounder.kit.errors import CofounderError, Conflict, InputInvalid, NotFound


class ImportMissing(NotFound):
    """There is no import with this id."""

    hint = "cofounder imports list shows those that exist."


class SourceMissing(NotFound):
    """There is no source with this id or name."""

    hint = "cofounder imports sources shows those that exist."


class KindUnknown(InputInvalid):
    """There is no such kind of data."""

    hint = "Kinds: tasks, posts, social, web, financial, quality."


class FileUnreadable(InputInvalid):
    """The file cannot be read."""

    hint = "Open it where it was made, save it again, and hand that over."


class FileEmpty(InputInvalid):
    """The file holds no rows."""

    hint = "It needs a line with the names of its columns, and one line a row below."


class FileNotKnown(InputInvalid):
    """The file is none of the formats that can be read."""

    hint = "Formats: CSV or TSV (also packed with gzip), JSONL, Parquet, Excel (.xlsx)."


class FileSuspicious(InputInvalid):
    """The file unpacks to far more than its size, as files do that are made to exhaust a machine."""

    hint = "If it is what it should be, save it as CSV and import that."


class FileTooLarge(CofounderError):
    """The file is larger than imports may be."""

    status = 413
    hint = "COFOUNDER_IMPORT_MAX_BYTES sets the limit; cofounder import reads a file where it lies, at any size."


class MappingUnfit(InputInvalid):
    """The mapping does not fit the source."""

    hint = "The preview lists the columns of the source and the fields of the kind."


class NotNow(Conflict):
    """The import is not in a state that allows this."""

    hint = "Its state says what may come next: a draft can be run, what runs can be cancelled."


class SourceOutOfReach(CofounderError):
    """The source does not answer."""

    status = 503
    hint = "What is in stays in. Run the import again when the source is back: nothing comes in twice."


class SourceRefused(InputInvalid):
    """The source refused what was asked of it."""

    hint = "Mend the source's address, query or secret; nothing was brought in."


class SourceBroke(CofounderError):
    """The source could not be read."""

    status = 500
    hint = "It is tried again at its next turn. The worker's log has the reason."


class QuotaSpent(CofounderError):
    """Google Analytics answers no more questions for now: the quota of the property is spent."""

    status = 503
    hint = "It fills up within the hour, the daily one at midnight Pacific time. Run the import again then."


class NameTaken(Conflict):
    """A source with this name exists."""

    hint = "Choose another name, or forget the one that is there first."


class KeyLost(Conflict):
    """The key that the source's secret was encrypted with is not on this machine."""

    hint = "Give the secret again, or copy the file secrets.key from the home of the machine that stored it."
