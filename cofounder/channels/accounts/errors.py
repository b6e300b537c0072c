"""What can be wrong with accounts of channels, and with signing in to them."""

from cofounder.kit.errors import Conflict, InputInvalid, NotAllowed, NotFound


class ChannelAccountMissing(NotFound):
    """There is no such account."""

    hint = "List them: cofounder channels list, or Content, Channels on the page."


class AccountUnfit(InputInvalid):
    """Nothing can be published by this account now."""

    hint = "Choose another account, or connect it again: Content, Channels."


class AccountNameTaken(Conflict):
    """Another account of this channel has this name."""

    hint = "Give it another name."


class AccountRefused(InputInvalid):
    """The provider did not take what was given."""

    hint = "Look at what the provider says, and give it again."


class AddressUnfit(InputInvalid):
    """Nothing may be published at this address."""

    hint = "Give an https address on the internet. One in your own network is allowed by COFOUNDER_PRIVATE_HOSTS."


class ProviderAway(Conflict):
    """The provider does not answer as it should at the moment."""

    hint = "Nothing was changed. Try again in a moment."


class SignInUnknown(InputInvalid):
    """This sign-in is not known, was used before or is too old."""

    hint = "Begin again: Content, Channels, Connect."


class SignInOfAnother(NotAllowed):
    """Another browser began this sign-in."""

    hint = "Begin it in the browser in which you end it: Content, Channels, Connect."


class WayUnfit(InputInvalid):
    """This provider is not connected in this way."""

    hint = "See which ways it has: GET /api/channels."


class NothingToChoose(Conflict):
    """This account does not wait for a choice."""

    hint = "Read it again: cofounder channels list."


class ChoiceUnknown(InputInvalid):
    """This is none of what can be chosen."""

    hint = "Take one that the account lists under choices."


class AccountSealed(Conflict):
    """What was stored for this account cannot be read on this machine."""

    hint = "Bring secrets.key from the home that stored it, or connect the account again."


class ScheduleAfterExpiry(InputInvalid):
    """The account's access, or the version of its API, ends before that time."""

    hint = "Connect it again first (Content, Channels), or publish earlier."
