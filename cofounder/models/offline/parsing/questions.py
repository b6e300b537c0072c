"""What must be asked before a request can be carried out, each question with its reason and answers to choose from."""

import re

from cofounder.models.intent import Question
from cofounder.models.offline.parsing import halting
from cofounder.models.offline.parsing.channels import OPTIONS, title
from cofounder.models.offline.parsing.constraints import PERSONAS
from cofounder.models.offline.parsing.sense import Doubt

CAN_DO = [
    "Write a LinkedIn post about our results",
    "Write a blog article",
    "Write an e-mail newsletter",
    "Suggest five headlines",
    "Shorten or rewrite a given text",
    "Analyse last month's figures",
    "Forecast revenue for the next three months",
    "Analyse market trends",
    "Check a text for compliance",
    "Plan a content calendar",
]
_WHAT = (
    "I write posts, threads, articles, e-mails and headlines, edit and check given texts, analyse, compare and forecast your "
    "figures, look at market trends, publish given texts and plan content calendars"
)


def request_language(name: str) -> Question:
    return Question(
        field="language",
        question=f"This reads as {name}. Offline I read and write English only. Could you say it in English?",
        why=f"Without a language model I cannot understand {name}, and I do not guess.",
    )


def output_language(name: str) -> Question:
    return Question(
        field="language",
        question=f"You ask for a text in {name}. Offline I write English only. Shall I write it in English?",
        why=f"Without a language model I can neither write {name} nor translate into it.",
        options=["English"],
    )


def text_language(name: str) -> Question:
    return Question(
        field="text",
        question=f"The given text reads as {name}. Offline I work on English texts only. Can you give me an English one?",
        why=f"Without a language model I cannot edit or judge {name}.",
    )


def no_action(unmade: str | None) -> Question:
    if unmade and (halting.find(unmade) or halting.forbids(unmade)):
        return nothing_stopped(unmade)
    missing = f'"{unmade}" is not something I do. ' if unmade else "I could not find out what you want done. "
    return Question(
        field="action",
        question=missing + _WHAT + ". Which of these do you want?",
        why="I do not start work I am not sure about.",
        options=CAN_DO,
    )


def nothing_stopped(words: str) -> Question:
    return Question(
        field="action",
        question=f'"{words}": I write nothing for that, and a sentence here stops, moves or takes back nothing. A text that waits is '
        "rejected under Approvals; a planned publication is cancelled or moved on the page of its task. What shall I do?",
        why="What there already is is changed where it is shown, by a person.",
        options=CAN_DO,
    )


def ruled_out_channel(name: str) -> Question:
    return Question(
        field="channels",
        question=f"You ask for a text for {title(name)} and rule {title(name)} out. Where shall it appear?",
        why="Both cannot be kept, and nothing is written for a channel that is ruled out.",
        options=OPTIONS,
    )


def doubted_channels(doubts: list[Doubt], known: list[str]) -> Question:
    """`known` are the channels that are written for without a doubt."""
    names = _listed([title(doubt.name) for doubt in doubts])
    beside = _listed(list(dict.fromkeys(f'"{doubt.words}"' for doubt in doubts)))
    sure = _listed([title(name) for name in known])
    return Question(
        field="channels",
        question=f"Shall I also write for {names}?" if known else f"Shall I write for {names}?",
        why=f"I could not place {beside}, and nothing is written for a channel that may be ruled out.",
        options=[f"{sure} only", _listed([title(one) for one in [*known, *(d.name for d in doubts)]])]
        if known
        else [f"Yes, for {names}", *OPTIONS],
    )


def _listed(items: list[str]) -> str:
    return " and ".join(items) if len(items) < 3 else ", ".join(items[:-1]) + " and " + items[-1]


def also_unmade(unmade: str) -> Question:
    return Question(
        field="action",
        question=f'"{unmade}" is not something I do. Shall I go on with the rest?',
        why="One part of the request is beyond what I can do.",
        options=["Go on with the rest"],
    )


def confirm(reading: str, instead: str = "") -> Question:
    """`instead`: the other reading as a request of its own."""
    return Question(
        field="action",
        question=f"I am not sure that I understand. I read it as: {reading}. Is that right?",
        why="The words leave room for another reading.",
        options=["Yes", instead] if instead else ["Yes", *CAN_DO[:4]],
    )


def no_text(what: str) -> Question:
    return Question(
        field="text",
        question=f"Which text shall I {what}? Paste it here.",
        why="The request speaks of a text but does not hold one.",
    )


def no_topic(what: str) -> Question:
    return Question(
        field="topic",
        question=f"What shall the {what} be about?",
        why="The request names no topic, or only points at one.",
        options=["Our results of last month", "Our growth this quarter"],
    )


def no_channel() -> Question:
    return Question(
        field="channels",
        question="Where shall it appear?",
        why="The form of a text depends on its channel, and none is named.",
        options=OPTIONS,
    )


def unknown_channels(unknown: list[str], known: list[str]) -> Question:
    names = _listed(unknown)
    if not known:
        return Question(
            field="channels",
            question=f"I cannot publish to {names}. Which of these shall it be instead?",
            why=f"{names}: there is no such channel here.",
            options=OPTIONS,
        )
    rest = ", ".join(title(name) for name in known)
    return Question(
        field="channels",
        question=f"I cannot publish to {names}. Shall I go on with {rest} alone?",
        why=f"{names}: there is no such channel here.",
        options=[f"Go on with {rest} only", *[o for o in OPTIONS if o != rest]],
    )


def no_such_time(words: str, why: str) -> Question:
    return Question(
        field="publish_at",
        question=f'When shall it go out? "{words}": {why}. Name a day and an hour, as in "tomorrow at 9:00".',
        why="I could not turn these words into a time to come.",
        options=["As soon as it is approved"],
    )


def whose_time(words: str, moments: tuple[str, ...]) -> Question:
    return Question(
        field="publish_at",
        question=f'Does "{words}" say when the text shall go out, or is it a part of what the text tells of?',
        why="The words leave room for both, and what is published cannot be taken back.",
        options=[
            *(f"Publish on {going_out(one)}" for one in moments),
            "As soon as it is approved: the time belongs to the text",
        ],
    )


def going_out(at: str) -> str:
    """ "2026-11-23 at 09:00", with its distance from UTC where a zone was named; a day alone is nine o'clock."""
    day, _, rest = at.partition("T")
    clock, zone = rest[:5] or "09:00", rest[5:]
    return f"{day} at {clock}{f' UTC{zone}' if zone else ''}"


def unclear_figure(words: str) -> Question:
    too_large = re.search(r"\d{16}", words)
    return Question(
        field="figures",
        question=f'How much is it exactly? "{words[:80]}" {"is more than I can state" if too_large else "can be read in more than one way"}.',
        why="A text states one figure, and I take neither end of a range nor another figure in its place.",
        options=["Leave it out"],
    )


STORED = "Use the stored figures instead"


def unusable_figures(words: list[str], why: str) -> Question:
    figures = _listed([f'"{one}"' for one in words])
    return Question(
        field="figures",
        question=f"I cannot state {figures}: {why}. What shall stand in its place? Name a figure in US dollars, if there is one.",
        why="A figure in your words is never replaced by a stored one unless you say so.",
        options=[STORED, "Leave it out"],
    )


def unread_figures(words: list[str]) -> Question:
    figures = _listed([f'"{one[:60]}"' for one in words[:6]])
    return Question(
        field="figures",
        question=f'How much is it, where you say {figures}? Name the figure with its value, as in "revenue was $150,000".',
        why="I could not read a value there, and what you say of a figure is never replaced by a stored one unless you say so.",
        options=[STORED, "Leave it out"],
    )


DIRECTION, AFTER_ALL = "Only whether it rose or fell", "State the figures after all"


def figures_withheld(topic: str) -> Question:
    return Question(
        field="figures",
        question=f'You want no figure in the text, and "{topic}" is told in figures. What shall it say? Give it in a sentence.',
        why="Without its figures, which way they went is all that I know of it.",
        options=[DIRECTION, AFTER_ALL],
    )


def whose_figures(words: list[str], beside: list[str]) -> Question:
    figures, unread = (_listed([f'"{one}"' for one in said]) for said in (words, beside))
    return Question(
        field="figures",
        question=f"{'Is' if len(words) == 1 else 'Are'} {figures} yours, just as {'it stands' if len(words) == 1 else 'they stand'}?",
        why=f"I could not place {unread} beside it. No figure of somebody else, no plan and no difference is written as yours.",
        options=["Yes, ours", "Leave it out"],
    )


def unclear_period(words: str) -> Question:
    if re.search(r"fy|fiscal|financial", words.lower()):
        return Question(
            field="period",
            question=f'Which months are "{words}"? Name the calendar quarter or year, or two dates (2026-04-01 to 2026-06-30).',
            why="A fiscal year begins when a company says so, and I do not know when yours does.",
            options=["Last quarter", "Last year", "Year to date"],
        )
    return Question(
        field="period",
        question=f'Which time does "{words}" mean? Name a month, a quarter or two dates (2026-10-01 to 2026-10-31).',
        why="I could not turn these words into dates.",
        options=["Last month", "Last quarter", "Year to date"],
    )


def several_periods(labels: list[str]) -> Question:
    said = ", ".join(labels[:-1]) + " and " + labels[-1]
    return Question(
        field="period",
        question=f"You name {said}, with a gap between them. Which one is meant, or from when to when?",
        why="What I write or work out covers one stretch of time.",
        options=[*labels, f"{labels[0]} to {labels[-1]}"],
    )


def length_clash(first: str, second: str) -> Question:
    return Question(
        field="length",
        question=f'How long shall it be? "{first}" and "{second}" cannot both be kept.',
        why="The two lengths exclude each other.",
        options=[first, second],
    )


def no_comparison() -> Question:
    return Question(
        field="period",
        question="What shall I compare with what?",
        why="A comparison needs two periods or figures, and none is named.",
        options=[
            "Last month compared to the month before",
            "Last quarter compared to the quarter before",
            "Last month compared to last year",
        ],
    )


def tone_clash(first: str, second: str) -> Question:
    return Question(
        field="tone",
        question=f"Shall it sound {first} or {second}?",
        why="The request asks for both, and they exclude each other.",
        options=[first, second],
    )


def unknown_voice(name: str) -> Question:
    return Question(
        field="persona",
        question=f'I do not write in the voice of "{name}". Which of my voices shall it be?',
        why="I have twelve voices of my own and imitate nobody.",
        options=list(PERSONAS),
    )


def no_link(to: str) -> Question:
    place = f"the {to}" if to else "which page"
    return Question(
        field="link",
        question=f"What is the address of {place}?",
        why="A link is wanted, but its address is not given.",
        options=["No link"],
    )
