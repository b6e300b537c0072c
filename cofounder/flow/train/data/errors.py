"""What training data refuses."""

from cofounder.kit.errors import Conflict, InputInvalid, NotAllowed, NotFound


class ExampleMissing(NotFound):
    """There is no training example with this id."""

    hint = "GET /api/orchestrator/training/data lists those that there are."


class ExampleErased(Conflict):
    """What this example held was erased."""

    hint = "Its tombstone says who erased it, when and why. It cannot be brought back."


class ExamplesUnclear(InputInvalid):
    """Name examples by execution_ids, or by filter, and only one of the two."""

    hint = "Send execution_ids, or filter (an empty one means all that are not put away, tests or excluded)."


class ExamplesChanged(Conflict):
    """The filter no longer finds as many examples as were seen."""

    hint = "Look at the list again, then repeat with the number that it shows."


class TagReserved(InputInvalid):
    """This tag follows from the example itself; nobody can set it."""

    hint = "training_ready: decided, complete and not excluded. Tag with exclude to take an example out."


class TagUnseen(InputInvalid):
    """A tag holds a character that nobody sees."""

    hint = "Write it with letters, digits, signs and blanks. What carries such a tag already can lose it."


class DatesMissing(InputInvalid):
    """Say from when or until when."""

    hint = "Send date_after, date_before or both."


class UndoUnknown(NotFound):
    """There is no change with this undo_token."""

    hint = "GET /api/orchestrator/training/data/changes lists the changes with their tokens."


class AlreadyUndone(Conflict):
    """This change was taken back before."""

    hint = "To do it again, undo the undoing: its own undo_token is in the list of changes."


class FilterMissing(NotFound):
    """There is no saved filter with this id."""

    hint = "GET /api/orchestrator/training/filters lists those that there are."


class FilterNameTaken(Conflict):
    """A saved filter has this name already; capitals make no other name."""

    hint = "Choose another name, or change the saved filter itself (save-filter --replace)."


class QualityUnclear(InputInvalid):
    """The least score lies between 0 and 1, and not above the most; filter_by_quality takes true and false too."""

    hint = "For example true, which means 0.85 and up, or 0.9."


class NothingToExport(InputInvalid):
    """None of the examples has a line in this format: there would be nothing in the file."""

    hint = "Widen the filter, or choose another format: CSV has a row for every example."


class PersonalDataStays(NotAllowed):
    """Only an admin lets personal data out."""

    hint = "Leave redact as it is, or ask an admin. Whoever lets it out is named in the audit log."
