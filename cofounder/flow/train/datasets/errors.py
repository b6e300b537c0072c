"""What can be wrong with a dataset and what is asked of one."""

from cofounder.kit.errors import CofounderError, Conflict, InputInvalid, NotFound


class DatasetMissing(NotFound):
    """There is no dataset with this id or name."""

    hint = "cofounder datasets list shows those that exist."


class DatasetDeleted(CofounderError):
    """This version was deleted; only what it was is still known."""

    status = 410
    hint = "Make it again from its filter, or take another version."


class DatasetNameTaken(Conflict):
    """There is already a dataset with this name."""

    hint = "Choose another name, or send new_version: true to make the next version of that one."


class DatasetRoleDiffers(Conflict):
    """The versions of one dataset are for one role."""

    hint = "Leave role out for the next version of this one, or choose another name for another role."


class DatasetNotReady(Conflict):
    """This version is not ready."""

    hint = "Its state and progress say how far it is, or why it failed."


class DatasetEmpty(InputInvalid):
    """No example fits: there would be nothing to learn from."""

    hint = "Widen the filter. A planner needs plans, a writer texts that a person approved, a judge texts that were decided."


class UploadUnfit(InputInvalid):
    """The upload is not JSON lines that can be trained on."""

    hint = "Mend the lines that errors lists, or send skip_refused=true to leave them out. Nothing was kept."


class UploadTooLarge(CofounderError):
    """The upload is larger than this server takes."""

    status = 413
    hint = "COFOUNDER_IMPORT_MAX_BYTES sets the limit."


class NoSuchPart(InputInvalid):
    """This version has no such part."""

    hint = "Splits are train, validation, test or all; pairs come only with the role writer."


class NothingLeftToTrain(InputInvalid):
    """What is held out leaves no line to train on."""

    hint = "Let validation and test be less than all together, or divide by none."


class NotFromExamples(InputInvalid):
    """Only a dataset made of examples has a next version by itself."""

    hint = "Make one with: cofounder datasets create NAME"


class ExampleNotKnown(NotFound):
    """There is no example of this run."""

    hint = "The training data lists them by execution_id."


class ConfirmationMissing(InputInvalid):
    """Why it is deleted has to be said."""

    hint = "Give a reason of a few words; it stays on the tombstone."


class ExportAmbiguous(InputInvalid):
    """An export is of a dataset or of a filter, not of both."""

    hint = "Leave this field out, or leave out dataset_id to export whatever a filter lets through now."
