"""What a request's words say of figures, read and unread, and whose they are."""

import re
from dataclasses import dataclass, field

from cofounder.models.offline.parsing import whose
from cofounder.models.offline.parsing.nouns import is_no_money

# What is hoped for, asked for or counted up to is no figure of the company's.
NOT_OURS = re.compile(
    r"\b(?:first|next|last|goal|target|aim\w*|hope|want|wish|plan|(?<!about )(?<!celebrating )(?<!celebrate )reach(?:ing)?|under|over the|at least|at most|less than|more than|to our|for our|until|before we|if|how to|by 20\d\d|will|would|could|top)\s*(?:of\s+|our\s+|the\s+)?$"
)
ANYBODYS = re.compile(
    r"(?:(?<!and )(?<!with )(?<!have )(?<!had )(?<!has )\ban?|\b(?:any|typical|average|industry|competitors?'?|your|market|if|why|when))"
    r"\s+(?:(?!and |with )\w+\s+)?$"
)


@dataclass(slots=True)
class Given:
    """`values` by canonical name, an earlier value as previous_NAME; rates are shares of 1."""

    values: dict[str, float] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    earlier_at: list[tuple[int, int]] = field(default_factory=list)  # where an earlier value and its time stand
    before: str = ""  # "the month before", where the words say that the earlier value is of that month
    settled: bool = False  # a person said what is to be done with figures that no text can rest on
    assumed: bool = False  # nothing says so: the time of an earlier value is taken for granted
    currencies: set[str] = field(default_factory=set)
    dollars: set[str] = field(default_factory=set)  # names of amounts that have the dollar's sign
    others: dict[str, str] = field(default_factory=dict)  # somebody else's figures, as they stand, and whose they are
    rough: list[str] = field(default_factory=list)  # "roughly $120k"
    open: list[str] = field(default_factory=list)  # of ours, but not to be read surely: a range, "150,00"
    unused: list[str] = field(default_factory=list)  # figures that nothing rests on
    claims: list[str] = field(default_factory=list)  # of those, what is said of ours and tells not how much it is
    times: list[tuple[int, int]] = field(default_factory=list)  # those of figures that nothing rests on
    held: "Given | None" = None  # what is ours only if a person says so
    beside: list[str] = field(default_factory=list)  # the unread words that stand beside what is held

    def in_another_currency(self) -> list[str]:
        """The figures that are no US dollars: where one is in euros, an amount without a sign is not sure to be."""
        if not self.currencies - {"$"}:
            return []
        open_ = [name for name in self.values if name not in self.dollars and not is_no_money(name)]
        return list(dict.fromkeys(open_))


def set_apart(found: Given, low: str, text: str, span: tuple[int, int]) -> str:
    """Keeps words that can be read in more than one way out of every reading; of ours they are asked about."""
    start, end = span
    words = re.sub(r"\s+", " ", text[start:end]).strip(" ,")
    who = whose.owner(low, text, start, end)
    if who:
        found.others[words] = who
    else:
        found.open.append(words)
    return low[:start] + "\x01" * (end - start) + low[end:]
