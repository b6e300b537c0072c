"""The words by which a question is known: what a pattern finds, and nothing of what follows from it. Pure."""

import re

from cofounder.business.catalogue import KNOWN

GREETING = re.compile(r"^(?:hi|hello|hey|good (?:morning|afternoon|evening))\b[\s!.,]*$")
# "Great, thanks": the whole of a message that asks nothing and agrees to nothing
THANKS = re.compile(
    r"^(?:(?:thanks?(?: you)?(?: (?:very|so) much| a lot| again)?|thx|cheers|ok(?:ay)?|great|perfect|good|fine|nice|cool|got it|understood|i see)(?![\w'’])[\s!.,]*)+$"
)
HELP = re.compile(
    r"^(?:help|what can you (?:do|tell|answer)|who are you|what (?:do|are) you|how do(?:es)? (?:this|it) work)"
)
_KINDLY = r"(?:(?:please|now|then|yes|yeah|ok|okay|sure|and|can you|could you|go ahead and|just|also)[\s,]*){0,8}"
# once only: repeated it could be cut at each of its words, which takes for ever
_POLITELY = (
    rf"{_KINDLY}(?:(?:ignore|disregard|forget|override)[^.:;]{{0,200}}?(?:[.:;!,]| and\b| then\b)[\s,]*)?{_KINDLY}"
)
_THAT_WAITS = (
    r"(?:it|this|that|them|these|those|both|all|everything|now|"
    r"(?:the|my|our|this|that|your|all|every) (?:[\w-]+ ){0,3}?(?:drafts?|texts?|posts?|tweets?|threads?|articles?|newsletters?|e-?mails?|variants?|one|plan))"
)
DECIDE = re.compile(
    rf"^{_POLITELY}(?:(?:approve|reject)\b|(?:publish|post|send|release)(?:\s+{_THAT_WAITS}\b|\s*[.!]*$)(?!.*\b(?:about|on our|announcing)\b)|"
    r"(?:publish|post|send|release)(?: this)?[\s:]+[\"“]|"
    r"tweet (?:it|this|that)?[\s:]*(?:[\"“]|$))"
)
# "Yes, go ahead": the whole of a message that agrees to something
_AGREES = (
    r"(?:yes|yep|yeah|yup|sure|fine|good|great|perfect|agreed|confirm(?:ed)?|approved|proceed|lgtm|go(?: ahead| on| for it)?|do (?:it|that|so)|please(?: do)?|(?:publish|post|send|approve|release) (?:it|this|that)|"
    r"(?:looks?|sounds?|that'?s|it'?s|all) (?:good|great|fine|right|ok(?:ay)?|perfect)|(?:make it so|ship it|let'?s (?:go|do it))|with (?:it|that)|ok(?:ay)?|now|then|thanks?|thank you)"
)
ASSENT = re.compile(
    rf"^(?!(?:(?:ok(?:ay)?|thanks?|thank you|good|great|perfect|fine|now|then)[\s!.,]*)+$){_AGREES}(?:[\s,.!–-]+(?:and )?{_AGREES}){{0,4}}[\s!.]*$"
)
# "At the end of Q1", of a figure that is counted at a moment: the quarter's own, which is that of its last day
AT_THE_END = re.compile(
    r"\b(?:at|by|as of|on) (?:the )?(?:very )?(?:end|close) of (?!(?:the |this )?(?:day|week|month|quarter|year)\b)(?:the )?"
)
BETTER = re.compile(
    r"\b(?:are|is|do|have) (?:we|things|the company|the business|it|our (?:company|business))\b.{0,20}\b(?:better|worse|improv\w+|on track|well enough)\b"
)
CHECK = re.compile(
    r"\b(?:check|is|are|may|can|does|review|would|read)\b.{0,60}?\b(?:ok|okay|compliant|compliance|allowed|legal|risky?|claims?|"
    r"publish(?:able|ed)?|rules|policy|fine to|problems? with|personal data)\b.{0,40}?[:\n]\s*(?P<text>.{8,})$",
    re.S | re.I,
)
QUOTED = re.compile(r'["“](?P<text>[^"”]{8,})["”]', re.S)
CHECKS = re.compile(
    r"\b(?:check|compliant|compliance|allowed|may i|legal(?:ly)?|risk(?:y)?|may (?:we|i) (?:say|write|post))\b"
)
PATTERNS = re.compile(
    r"\b(?:patterns?|what (?:have|did) (?:you|we) learn\w*|lessons? learned|what was learned|insights? learned)\b"
)
EXAMPLES = re.compile(
    r"\b(?:training (?:data|examples?|set)|examples? (?:stored|for training)|past (?:runs|tasks)|earlier (?:runs|tasks))\b"
)
_RUNS = r"(?:tasks?|runs?|jobs?)"
SUMMARY = re.compile(
    r"\b(?:success rate|approval rate|how (?:often|many) .{0,30}(?:approved|rejected)|"
    r"how many (?:of (?:our|the|my) )?(?:tasks?|runs?)\b|how well (?:do|did|are) (?:you|the (?:tasks|agents))|"
    r"(?:how )?effective(?:ness)? (?:are|is|were) (?:the )?(?:tasks?|you|agents?|runs?)|tasks? (?:have|has|were|did) .{0,20}(?:succe|fail|run)|"
    r"how many (?:approvals|rejections|decisions)\b)"
    rf"|\b(?:how many|what (?:share|percentage|percent|part|number) of) (?:(?:our|the|my|all|successful|good|rejected|approved|finished) ){{1,3}}{_RUNS}\b"
    rf"|\b(?:how (?:long|fast)|how much (?:time|money)|(?:average|mean|total|usual) (?:time|duration|cost|quality|score))\b.{{0,40}}\b{_RUNS}\b"
    rf"|\b(?:what|how much) (?:do|does|did|have|has) (?:(?:the|our|my|all|an?|every|each|these) ){{0,2}}{_RUNS} (?:usually |typically |normally )?(?:take|cost)\b"
    rf"|\b(?:costs?|duration|quality) (?:of|for|per) (?:(?:the|our|my|all|an?|every|each) ){{0,2}}{_RUNS}\b"
    rf"|\bsp(?:end|ent|ending) on (?:(?:the|our|my|all) ){{0,2}}(?:ai|(?:language )?models?|llms?|tokens|{_RUNS})\b"
)
# "How many tasks failed?": told from the tasks, where no share of them is asked for
FAILED_TASKS = re.compile(
    rf"\bhow many (?:of (?:our|the|my) )?{_RUNS} (?!.*\b(?:succe\w+|approv\w+|reject\w+|good end|rate)\b).{{0,60}}?"
    r"\b(?:fail\w*|cancel\w*|expired?|paused|completed?|finished)\b"
)
_COMMANDS = r"(?<!cofounder )commands?\b(?! line)"
COMMANDS = re.compile(
    rf"\b(?:how many|which|any|what|show|list|status of)\b.{{0,30}}\b{_COMMANDS}.{{0,30}}\b(?:pending|wait\w*|queue\w*|running|claimed|open|fail\w*|completed?|finished|done|cancel\w*|dead)\b"
    rf"|\b(?:pending|waiting|queued|running|claimed|open|failed|completed|finished|cancelled) {_COMMANDS}|\bhow many {_COMMANDS}|\bdead[- ]letters?\b"
)
OF_WORK = re.compile(rf"\b(?:{_RUNS}|commands?|approv\w*|reject\w*|publications?|success rate|dead[- ]letters?)\b")
# What is to be done to a task, which is done elsewhere
ORDERS = re.compile(r"^(?:please )?(?:cancel|stop|pause|resume|retry|delete)\b")
POSTS = re.compile(r"\b(?:posts?|tweets?|threads?|newsletters?|articles?|publications?|content|campaigns?|updates?)\b")
ONE_OF_THEM = r"(?:post|tweet|thread|newsletter|article|publication)"
LATEST = re.compile(
    r"\b(?P<end>last|latest|newest|most recent|recent|first|oldest|earliest)\s+"
    r"(?P<n>(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+)?"
    r"(?:(?!(?:day|week|month|quarter|year)s?\b|(?:of|with|in)\b)[\w-]+\s+){0,2}?" + ONE_OF_THEM + r"(?P<many>s?)\b"
    r"|\b(?:what|when|which)\b.{0,30}\blast (?:post|publish|tweet|wr[io]te)\w*"
    r"|\b(?:did|have) (?:we|i) (?:post|publish|tweet|write|posted|published|tweeted|written) last(?: time)?\s*[?.!]*$"
)
CHANGES = re.compile(
    r"^(?:(?:please|now|then|ok|and|can you|could you|go ahead and|just|also)[\s,]*)*"
    r"(?:delete|remove|unpublish|take down|translate|summari[sz]e|rewrite|rephrase|shorten|edit|change|correct|archive|"
    r"repost|republish)\b(?!.*[:\"“])(?:.*\b" + ONE_OF_THEM + r"s?\b|\s+(?:it|this|that)\s*[.!]*$)"
)
DID = re.compile(
    r"\b(?:work(?:ed|s)?|best|top|perform\w*|success\w*|popular|engag\w*|views?|viewed|likes?|clicks?|clicked|shares?|shared|comments?|"
    r"commented|did (?:well|best|badly)|worst|weakest|flop\w*|fail\w*|most|least|went (?:well|viral)|resonat\w*|reach)\b"
)
WORST = re.compile(
    r"\b(?:worst|weakest|lowest|least|poor(?:est|ly)?|flop\w*|fail\w*|bad(?:ly)?|smallest|minimum|fewest|slowest|quietest)\b"
    r"|\b(?:not|never|hardly|n[o']t)\b.{0,20}\b(?:work|perform|do well|did well|resonate|engage|land)\w*|\w+n['’]t (?:work|perform|do well|resonate|land)"
    r"|\b(?:fewer|less) than \d|\b(?:below|under) \d"
)
BEST = re.compile(
    r"\b(?:best|highest|strongest|record|peak\w*|top|most|greatest|biggest|largest|maximum|max|busiest)\b"
)
# "Our best week": figures are kept by month, so that a shorter stretch is refused and not told as a longer one
SHORT_STRETCH = re.compile(
    rf"(?:{BEST.pattern}|{WORST.pattern}).{{0,20}}\b(?:week|weekend|weekday|day|hour|night|morning|afternoon|evening)s?\b"
)
BY_LIKES = re.compile(
    r"\b(?:by|most|fewest|more|of) (?:likes|saves|followers)\b|\bmost (?:liked|saved)\b|\blikes\b.*\?$"
)
EACH_PLATFORM = re.compile(
    r"\b(?:which|what) (?:platform|channel|network)s?\b.{0,40}\b(?:highest|lowest|best|worst|most|strongest|weakest)\b"
    r".{0,20}\b(?:engag\w*|views?|clicks?|results?)\b"
)
SOME_MONTHS = re.compile(
    r"\b(?:which|what) (?:month|quarter|year)s?\b.{0,40}\b(?:fall|fell|drop\w*|decreas\w*|shr[iau]nk|rise|rose|grow|grew|increas\w*|above|below|over|under|"
    r"(?:more|less|higher|lower) than)\b"
)
WHO = re.compile(
    r"^(?:and |so )?who(?:'s|’s|se)?\b.{0,60}\b(?:customer|client|buyer|subscriber|reader|user|follower|visitor)s?\b"
)
LOST = re.compile(
    r"\b(?:customers?|clients?)\b.{0,30}\b(?:los[et]|leave|left|churn\w*|cancel\w*)\b|\blost (?:customers?|clients?)\b"
)
USUAL = re.compile(r"\b(?:usual(?:ly)?|average|typical(?:ly)?|normal(?:ly)?|baseline|on average|benchmark)\b")
TOPICS = re.compile(r"\b(?:topics?|themes?|subjects?)\b|\btrend(?:s|ing)\b(?! of (?:our )?(?:revenue|traffic|sales))")
VOICE = re.compile(r"\bshare of (?:our )?voice\b|\bwhich (?:platform|channel)s?\b.{0,40}\b(?:most|best|more)\b")
COMPETITOR = re.compile(r"\bcompetitors?\b|\bmentions? of\b")
SIMILAR = re.compile(
    r"\b(?:what|anything|have|did|do|which).{0,30}\b(?:publish\w*|post(?:ed)?|writ\w*|wrote|said|have)\b.{0,20}\b(?:about|on|regarding)\s+(?P<topic>.+)"
)
WHEN = re.compile(
    r"\b(?:when|what time|(?:which|what) (?:day|weekday|hour|time)s?)\b(?!.{0,20}\b(?:did|was|were|have|had|has)\b)"
    r".{0,40}\b(?:posts?|posting|publish\w*|tweet|send|share)\b"
    r"|\b(?:best|right|good|ideal) (?:time|hour|day|weekday)s?\b.{0,30}"
    r"\b(?:post\w*|publish\w*|tweet\w*|send\w*|linkedin|twitter|facebook|newsletters?|e-?mails?)\b"
)
COUNTED = re.compile(
    r"\bhow often (?:do|did|have) (?:we|i) (?:post|publish|tweet)\w*|\bhow many (?:\S+ ){0,3}?(?:posts?|tweets?|threads?|newsletters?|articles?|publications?)\b"
)
PARTS = (
    r"(?P<part>channel|platform|campaign|source|product|country|region|device|browser|post|tweet|newsletter|segment|"
    r"audience|persona|topic|customer)s?\b"
)
SPLIT = re.compile(rf"\b(?:by|per|each|every|which|what) (?:(?:marketing|social|sales|traffic) )?{PARTS}")
# "Best month by customers": the figure that ranks, while "by customer" would part what there is
BY_CUSTOMERS = re.compile(r"\bby (?:our |total |all )?customers\b(?! (?:segment|type|group|countr|region)\w*)")
BROUGHT = re.compile(rf"\b(?:did|from|through|via|because of|thanks to) (?:the|our|this|that|my|last|a) {PARTS}")
EXPECTED = re.compile(
    r"\b(?:predict|expect|estimate|forecast)\w*\b.{0,40}\b(?:engagement|views|clicks|reach|likes|shares|comments)\b"
    r"|\bhow (?:well |much )?(?:this|it|that|the following)(?: post| tweet| text)? (?:will|would|might|could)\b"
    r"|\b(?:what|how (?:well|many \w+)?) ?(?:will|would|might|could) (?:this|it|the following|that|a (?:post|tweet))\b"
)
EARNS = re.compile(r"\b(?:returns?|roi|roas|earn\w*|money|pays?(?: off)?|paid off|sells?|sold)\b")
AT_WORK = re.compile(
    r"\b(?:tasks?|runs?|jobs?|approvals?|publications?)\b.{0,30}\b(?:running|waiting|wait|pending|open|stuck|queued|in progress|scheduled)\b"
    r"|\b(?:running|waiting|pending|open|queued|scheduled)\b.{0,20}\b(?:tasks?|runs?|approvals?|posts?|publications?)\b"
    r"|\bwait\w* for (?:my |an? |our |your )?(?:approval|decision|me|us)\b|\bneeds? (?:my|me|our|us|attention)\b"
    r"|\b(?:should|must|need to|have to|to) i? ?(?:approve|decide)\b"
    r"|^what(?:'s|’s| is| are)? (?:pending|waiting|running|queued|in progress|going on)\b"
    r"|^(?:please )?(?:cancel|stop|pause|resume|retry|delete) (?:my|the|all|that|this|every)?\b.{0,30}\b(?:tasks?|runs?|jobs?)\b"
)
# "Show my tasks", "how did our last task go?", "which tasks failed?": told from the tasks themselves
_MY = r"(?:(?:the|my|our|all|any|every|of|me|us|recent|latest|last|newest|current|open|failed|finished|completed|\d+) ){0,5}"
TASKS = re.compile(
    rf"\b(?:show|list|see|display|give|what are|which are|where are|any) {_MY}tasks?\b|^(?:my|our|all|the) tasks\s*[?.!]*$"
    r"|\b(?:which|what|the|any) tasks? (?:(?:about|regarding) (?:[\w'-]+ ){1,4})?(?:that )?(?:(?:has|have|had|are|were|was|got) )?(?:failed|cancelled|rejected|finished|completed|done|expired|paused|fail)\b"
    r"|\b(?:my|our|the) (?:last|latest|newest|most recent|previous) tasks?\b|\bstatus of (?:my|our|the) tasks?\b"
)
AHEAD = re.compile(
    r"\b(?:forecast\w*|predict\w*|project(?:ed|ion)|expect(?:ed)?|outlook|will (?:our|the|we|revenue|sales|traffic)|going to be|"
    r"next (?:month|quarter|year|\w+ months))\b"
)
GROWS = re.compile(
    r"\b(?:develop\w*|evolv\w*|over time|history|trend\w*|grow\w*|grew|by (?:month|quarter|year)|per (?:month|quarter|year)|monthly|"
    r"each month|month by month|course|chang\w*|progress\w*|went|improving|getting (?:better|worse)|curve|chart|series|how (?:has|have|did|was|were|is|are)\b.{0,40}\b(?:go|going|gone|doing|look\w*))\b"
)
COMPARES = re.compile(r"\b(?:compar\w+|versus|vs\.?|against|than|difference between|better or worse)\b")
OVERVIEW = re.compile(
    r"\b(?:how (?:are|did|have|were) we|how(?:'s| is) (?:the )?(?:business|company|it going)|how is business|overview|summar(?:y|ise|ize)|our (?:numbers|figures|metrics|results|kpis?)|"
    r"(?:key|main|current|latest|newest) (?:numbers|figures|metrics|kpis?)|what stands out|state of the (?:business|company)|what should i know|(?:what|which) (?:numbers|figures|data|metrics) (?:do|are|is))"
)
WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:caused|causes|explains|drove|led to|is behind|was behind)\b|\breasons?\b"
)
WITH = re.compile(
    r"\b(?:with|to|against|versus|vs\.?|than|like)\s+(?P<name>(?:the )?[A-Z][\w&'’.-]*(?: (?:[A-Z][\w&'’.-]*|and|of|&))*)"
)
OURS = re.compile(
    r"^(?:i|we|us|our|my|q[1-4]|h[12]|ytd|the)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun)"
    r"|\d|\b(?:spring|summer|autumn|fall|winter|christmas|easter|year|month|week|day)"
)
EFFECTIVE = re.compile(
    r"\beffective\w*|\bsuccess\w*|\bperform\w*|\b(?:best|worst|strongest|weakest|better|well|reliable|fastest|slowest|cheapest|often used)\b"
)
ASKS_OF_WORK = re.compile(r"\b(?:which|what|how|who|compare|best|worst)\b")
ACTORS = re.compile(
    r"\b(?:(?P<agent>agents?)|(?P<tool>tools?)|(?P<model>models?)|(?P<persona>personas?|(?<!of )(?<!our )voices?)|"
    r"(?P<intent>kinds? of (?:tasks?|work|requests?)))\b"
)
TAIL = re.compile(r"\s+(?:on|in|last|this|since|during|from|did|do|got|get|had|was|were)\b.*$")
FOLLOWS = re.compile(
    r"^(?:and|but|so|also|by(?! (?:how|what|the|next|then)\b)|what about|how about|what of|now|then|same|or)\b|^(?:in|for|on|during|over|only|just)\s"
)
AS_A_WHOLE = re.compile(r"\b(?:overall|in total|altogether|as a whole|the whole company|everywhere)\b")
COUNT = re.compile(
    r"\b(?:top|best|worst|first|which|the|our)\s+(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b"
)
NUMBERS = {
    word: at for at, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
BY = (
    ("clicks", re.compile(r"\bclick(?:s|ed)?\b")),
    ("shares", re.compile(r"\b(?:shares?|shared|retweet\w*|repost\w*)\b")),
    ("comments", re.compile(r"\b(?:comments?|commented|replies)\b")),
    ("views", re.compile(r"\b(?:views?|viewed|seen|reach(?:ed)?|impressions?|read)\b")),
)
NOUNS = re.compile(
    r"(?<!\w)(?:" + "|".join(
        sorted(
            {re.escape(word.replace("_", " ")) for m in KNOWN.values() for word in (m.name, m.noun, *m.aliases)},
            key=len, reverse=True,
        )
    ) + r")(?!\w)"
)  # fmt: skip
AS_ADJECTIVE = re.compile(r"\bcustomer(?= (?:acquisition|lifetime|retention|churn)\b)")
# Of the margins the gross one is what is kept: it is told under its own name, and a net one is refused
MARGIN = re.compile(r"(?<!gross )(?<!net )(?<!operating )\b(?:profit )?margins?\b(?<!net profit margin)")
SINGULAR = {"customer": "customers", "visit": "traffic", "order": "orders", "visitors": "traffic", "sales": "revenue"}
SINGULARS = re.compile(r"(?<!\w)(?:" + "|".join(SINGULAR) + r")(?!\w)")
NOT_STORED = frozenset({"reach", "engagement_rate", "impressions", "clicks", "likes", "click_rate", "open_rate"})
# "Publish it right now, no approval needed": whatever it is, whoever says so decides nothing here
UNASKED = re.compile(
    r"\b(?:publish|post|send|tweet|release)\b.{0,200}\b(?:no|without|skip|ignore)(?: (?:any|the|an|further|asking for))* approval\b"
)
