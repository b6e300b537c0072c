"""What can be wrong with a job and what is asked of one."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class JobMissing(NotFound):
    """There is no job with this id."""

    hint = "cofounder train jobs shows those that exist."


class BaseModelEnds(Conflict):
    """The base model ends within 30 days, and what is tuned on it ends with it."""

    hint = "Take a base model that stays, or send despite_end: true; that stays on record."


class BaseModelUnknown(InputInvalid):
    """This target does not tune this base model."""

    hint = "GET /api/orchestrator/training/targets and `cofounder train targets` list what can be tuned today."


class RoleDiffers(InputInvalid):
    """The dataset was made for another role."""

    hint = "Leave role out, or make a version of the dataset for this role."


class DatasetTooSmall(InputInvalid):
    """There are too few lines to train on."""

    hint = "Approve more work first, or widen the dataset's filter."


class JobEnded(Conflict):
    """The job has ended; nothing of it can be changed any more."""

    hint = "Start another one; cofounder train show tells how it ended."


class JobNotWaiting(Conflict):
    """The job does not wait for an approval."""

    hint = "cofounder train show tells its state."


class JobNotDone(Conflict):
    """Only a job that succeeded has a model to deploy."""

    hint = "Its state and progress say how far it is."


class DeploymentRuns(Conflict):
    """The job's model is being deployed already."""

    hint = "The job tells when it is done, under deployment."


class JobGoesOn(Conflict):
    """The job has not ended, so nothing of it can be deleted."""

    hint = "Cancel it first, or wait for its end."


class RemovalRuns(Conflict):
    """What is left of the job is being deleted already."""

    hint = "The job tells when it is done, under removal."


class NothingLeft(Conflict):
    """There is nothing at a provider to delete."""

    hint = "Nothing was changed."


class RemainsInUse(Conflict):
    """What is left of the job is in use."""

    hint = "Retire the model first; then delete what is left of it."


class RemainsGone(Conflict):
    """The model was deleted."""

    hint = "Start the job again: the same dataset and settings are a new job now."


class RuleMissing(NotFound):
    """There is no rule with this name."""

    hint = "cofounder train rules shows those that exist."


class RuleUnclear(InputInvalid):
    """A rule needs after_examples or every_days, or both."""

    hint = "after_examples: 50 begins a job after 50 new examples that fit; every_days: 7 once a week."


class RuleNameTaken(Conflict):
    """There is already a rule with this name."""

    hint = "Choose another name, or delete that rule first."
