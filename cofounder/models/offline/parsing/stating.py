"""The words between a figure's name and its amount: verbs, times, hedges, and what goes before an earlier value."""

from cofounder.models.offline.parsing.nouns import DOWN, UP

MOVES = rf"(?:{UP}|{DOWN}|went|doubled|doubling|tripled|tripling|quadrupled|halved)"
VERB = (
    r"(?:is now|is|was|were|are|of|at|hit|hits|reached|reaches|passed|crossed|topped|came (?:in )?at|came to|stands at|stood at|now at|is at|was at|"
    rf"{MOVES} (?:again )?to|(?:(?:is|was|hit|reached|set|{MOVES}(?: to)?) )?(?:at |to )?(?:an?|the|its|our) (?:new )?(?:all-time |record |historic )?(?:low|high|record|peak|best)(?: of)?|made|:|=|totall?ed)"
)
MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
TIME = rf"(?:(?:in|for|during)\s+(?:{MONTHS}(?: 20\d\d)?|q[1-4](?!\d)(?: 20\d\d)?|20\d\d|last (?:week|month|quarter|year))|(?:last|this) (?:month|week|quarter|year))"
HEDGE = r"(?:(?P<hedge>roughly|about|around|approximately|approx\.?|circa|almost|nearly|some|over|just over|just under|more than|well over)\s+)?"
BEFORE = r"(?:,?\s*(?:(?:up|down)\s+from\s+|\(\s*(?:(?:up|down)\s+from\s+|from\s+|was\s+|previously\s+|formerly\s+)?|(?:after|compared (?:to|with)|versus|vs\.?|against|previously|formerly)\s*(?:from\s+)?|from\s+))"
