"""The words that give an action away, as patterns over one clause in small letters."""

import re

THIS = r"(?:it|this|that|these|them|the (?:(?:approved|finished|final|last|latest|current|same|existing) (?:draft|post|text|version|copy|tweet)|following|text|below|above|draft|copy|post|caption|paragraph|sentence|e-?mail|newsletter|article|message|tweet|headline|statement|version|original|passage|announcement|title|content|wording|description|sentences|thread|note|blog post|press release|claim|bio|intro|result|piece)|my (?:text|draft|post|e-?mail|article|copy|tweet|paragraph|message|newsletter)|our (?:text|draft|copy)|the same|(?:our|my|the) (?:last|latest|previous|most recent) (?:\w+ )?(?:posts?|tweets?|newsletter|article|e-?mail|text|draft|thread))"
# "Last month's newsletter", "the October article": a text that was, and that nobody has given.
BYGONE = r"(?:(?:last|this|the previous) (?:week|month|quarter|year)'?s?|(?:the |our |my )?(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday)(?:'s)?|yesterday'?s) (?:\w+ )?(?:newsletter|article|blog post|post|tweet|thread|e-?mail|mailing|announcement|update)"
FROM_BYGONE = rf"(?:out of|from|based on) (?:our |the |my )?{BYGONE}"
OBJECT_THIS = re.compile(rf"\b(?:{THIS}|{BYGONE})\b")
SHORT = re.compile(
    r"^(?:(?:get|bring) (?:it|this|that|the \w+) (?:down|under|below)|shorten|condense|trim|tighten|abridge|shorter version|make (?:\w+ ){1,5}(?:short(?:er)?|more concise|tighter|more compact)|(?:cut|reduce|boil|squeeze|compress)\b(?: down)? (?:\w+ ){0,4}?(?:it|this|that|text|post|article|draft|email|copy|to|down|in half|by half|the following)\b)|\b(?:too long|more concise|shorter|to half (?:its|the) length|in fewer words)\b"
)
SUMMARY = re.compile(
    r"^(?:summari[sz]e|sum up|tl;?dr|recap|boil down|give (?:me |us )?(?:a |the )?(?:short |brief |quick |one-paragraph |executive )?(?:summary|gist|tl;?dr|key points|main points|takeaways)|extract (?:the )?(?:key|main) points|what (?:are|is) the (?:key|main) (?:points?|takeaways?|message))|\b(?:summary|key points|main points|takeaways|gist) of\b"
)
RESTYLE = re.compile(
    r"^(?:rewrite|rephrase|reword|restyle|paraphrase|change the (?:tone|style|voice)|(?:adjust|fix|improve) the (?:tone|style|voice)|simplify|soften|make (?:it|this|that|the [\w ]{2,20}?|my (?:\w+ )?\w+|our (?:\w+ )?\w+)(?: text| below| above)? (?:sound |be |read |feel |look |a bit |a little |much |less |more |slightly )*(?!shorter|longer|better|short\b|concise|compliant|clearer\b|good)\w+|tone (?:it|this) down|say (?:it|this) )|\b(?:in a (?:more |different |less )?\w+ (?:tone|style|voice)|more (?:formal|casual|friendly)|less (?:formal|stiff))\b[^.]*$"
)
EDIT = re.compile(
    r"^(?:edit|proof-?read|copy-?edit|polish|revise|correct(?!ion)|improve|clean up|fix(?! the (?:tone|style|voice))|spell-?check|expand|lengthen|enhance|make (?:it|this|that|the [\w ]{2,20}?|my \w+) (?:better|longer|clearer|good|stronger|compliant)|check (?:\w+ ){0,4}(?:grammar|spelling|typos|punctuation|mistakes)|correct (?:the )?(?:grammar|spelling|typos))|\b(?:grammar|spelling|typos)\b"
)
COMPLIANCE = re.compile(
    r"\b(?:complian\w+|comply|legally|legal(?:ly)? (?:ok|okay|fine|risk\w*|problem\w*|issue\w*)|is (?:it|this|that) (?:ok|okay|legal|allowed|safe|fine|permitted)|(?:are|am) (?:we|i) allowed|may we (?:say|claim|publish|write|post|promise|call|state|use)|can we (?:say|claim|promise|guarantee|legally|publish|advertise|call|state|post|write)|could we (?:say|claim)|unsupported claims?|forbidden (?:promises?|terms?|words?|claims?)|regulat\w+|gdpr|personal data|disclosures?|disclaimers?|risky (?:claims?|words?|statements?|wording)|violat\w+|policy|policies|guidelines|misleading|advertising (?:law|rules)|legal(?:ly)? (?:check|review)|check (?:(?:the|all|this|our|these) )?claims?|claims? (?:check|allowed)|problematic)\b"
)
MARKET = re.compile(
    r"\b(?:market(?! share)(?:s|place)?|industry|industries|sector|competitors?|competition|competitive|rivals?|share of voice|trending|topics?|what people (?:are )?(?:talk|search|ask|discuss)\w*|audience (?:interests?|trends?)|trends? in (?!our|the revenue|revenue|traffic|sales|customers?|churn)|niche|peers)\b"
)
BUSINESS = re.compile(r"\b(?:our|we|us|my|company|business|startup|team|the numbers|the figures|the metrics|kpis?)\b")
DOING = re.compile(
    r"\b(?:do|did|doing|done|perform\w*|go|going|went|grow\w*|grew|growing|change[sd]?|compare|develop\w*|look|trend\w*|happen\w*|earn\w*|make|made|sell|sold|spend|spent|convert\w*|win|won|lose|lost|gain\w*|drop\w*|fall|fell|rise|rose|risen|decline\w*|increase\w*|improv\w*|hit|reach\w*|drove|drive|cause[sd]?|perform|work(?:ed|ing)?|is|are|was|were|stand|track)\b"
)
FUTURE = re.compile(
    r"\b(?:will|going to|expect\w*|likely|by the end of|next (?:month|quarter|year|week|\d+|three|six|two|twelve)|in (?:six|three|two|\d+) months|heading|end up|outlook)\b"
)
FUTURE_VERB = re.compile(r"^(?:forecast|predict|project|estimate|extrapolate|forecasts|anticipate)\b")
COMPARE = re.compile(
    r"^(?:compare|contrast|benchmark|comparison)\b|\b(?:hit|reach|reached|meet|met|miss|missed|beat) (?:our|the) (?:\w+ )?(?:target|goal|budget|plan)\b|\bforecast (?:vs|versus) actual|\b(?:year|month|quarter|week)[- ](?:over|on)[- ](?:year|month|quarter|week)\b|\b(?:yoy|qoq|mom)\b|\bactuals? (?:vs|versus)|\b(?:vs|versus|compared? (?:to|with|against)|difference between|differ(?:s|ed)? from|relative to)\b|\bhow (?:does|did|do|is|was) .{2,50} compare\b|\bbetter (?:or worse )?than\b|\bstack up\b"
)
ANALYSE = re.compile(
    r"^(?:analy[sz]e|review|look (?:at|into)|dig into|dive into|deep dive|break down|evaluate|assess|examine|measure|report(?: on)?|show|tell (?:me|us)|explain|investigate|track|inspect|calculate|study|monitor|check|read|pull|walk (?:me|us) through|get|give|find|list|summari[sz]e|sum up|recap|interpret|crunch|see|compute|identify|explore|what|how|why|which|where|did|is|are|do|does|was|were|who|when|any)\b"
)
QUESTION = re.compile(
    r"^(?:what(?:'s)?|how(?:'s)?|why|which|where|did|is|are|do|does|was|were|who|when|have|has|will|any)\b"
)
CREATE = re.compile(
    r"^(?:create|write(?: up)?|draft|compose|generate|produce|craft|prepare|design|develop|suggest|propose|brainstorm|make|give(?: me| us)?|get(?: me| us)?|put together|come up with|build|do (?!something|anything|stuff)|send(?: out)?|need|want|like|i need|we need|i want|we want|i'd like|we'd like|pen|type|script|whip up|think (?:of|up)|find|share|publish|post|run|schedule|set up|plan|outline|submit|provide|deliver|start|launch|show|new|another|add|offer|formulate|construct|output|print|fill|repurpose|rework|recast|remix|reformat|turn|convert|adapt|transform)\b(?: (?:me|us|up))?"
)
TURN = re.compile(
    rf"^(?:turn|convert|adapt|repurpose|transform|make|reformat|rework|recast|remix|use|take) (?:.{{0,40}}?)\b(?:{THIS}|{BYGONE})\b(?:.{{0,30}}?) (?:into|as|to|for|and (?:make|create|write))\b"
    r"|^(?:turn|convert|adapt|repurpose|transform|reformat|rework|recast|remix) (?:our|my) (?:\w+ )?(?:newsletter|article|blog post|post|e-?mail|mailing|thread|announcement)\b(?:.{0,30}?) (?:into|as|to|for)\b"
)
SEND = re.compile(
    r"^(?:publish|post|send(?: out)?|share|tweet|schedule|release|put(?: out)?|push(?: out)?|e-?mail|get|upload|go live with|submit|repost)\b"
)
ANNOUNCE = re.compile(
    r"^text (?=(?:(?:all|our|the|my) )+(?:\w+ )?(?:customers|clients|users|subscribers|members|followers|people|team|staff|guests|patients|readers|contacts|list)\b)|^(?:announce|promote|celebrate|advertise|tease|hype|brag about|show off|shout out|spread the word(?: about| that)?|get the word out(?: about)?|congratulate|thank|welcome)\b|^(?:tell|let|inform|update|remind|invite) (?:(?:our|the|all|my|existing|new|loyal) )*(?:\w+ )?(?:followers?|audience|customers?|users?|clients?|subscribers?|fans|community|people|everyone|everybody|the world|world|readers?|investors?|partners?|linkedin|twitter|facebook|team|employees|members|shareholders)\b"
)
TWEET = re.compile(r"^tweet\b(?! (?:storm|thread))")
MAIL = re.compile(r"^(?:e-?mail|mail)\b (?!.*\b(?:performance|open rates?|metrics)\b)")
IDEAS = re.compile(
    r"\b(?:(?:post|content|blog|article|topic|newsletter|tweet|linkedin|campaign|social media)s? ideas?|ideas? (?:for|about|on) (?:(?:our|the|some|new|more|next|blog|linkedin|social|media|upcoming|facebook|twitter) )*(?:posts?|content|articles?|newsletters?|tweets?|topics|campaigns?))\b"
)
CALENDAR = re.compile(
    r"\b(?:plan|map out|lay out|schedule|organi[sz]e|outline|fill)\b.{0,60}\b(?:posts|content|social media|tweets|newsletters?|publications|articles|topics|calendar|posting|channels)\b|\bwhat (?:should|could|can|shall) (?:we|i) (?:post|publish|write about|share|tweet)\b|\bwhat to (?:post|publish|share|tweet)\b|\bwhen (?:should|to) (?:we )?(?:post|publish)\b|\bposting schedule\b|\bcalendar\b.*\bposts\b"
)
TRANSLATE = re.compile(r"\btranslat(?:e|ion|ing)\b")
PERSONAL = re.compile(
    r"\b(?:my|your) \W?(?:boss|friend|supervisor|landlord|professor|girlfriend|boyfriend|wife|husband|mom|mum|dad)\b|\bto an? (?:\w+ )?\w+ who\b|\b(?:to|for) (?:my|his|her|your|their) (?:boss|friends?|wife|husband|mother|mom|mum|father|dad|landlord|teacher|professor|girlfriend|boyfriend|sister|brother|neighbou?rs?|colleagues?|manager|doctor|son|daughter|uncle|aunt|grand\w+|cousin|roommate|coworkers?|supervisor|parents|kids|dog|cat|ex|partner|tenant|students?|wedding)\b|"
    r"\bto (?:a|an|the) (?:friend|landlord|recruiter|professor|colleague|hiring manager|neighbou?r|candidate|supplier|vendor|lawyer|single customer|teacher|company|hotel|senator|congress\w*|customer who|client who)\b|\b(?:reply|respond|answer)(?:ing)? to\b"
)
OTHER_VERB = re.compile(
    r"(?:undo|revert|retract|withdraw|unpublish|hide|pin|like|follow|unfollow|comment|improve|increase|boost|grow|raise|reduce|lower|double|fix|optimi[sz]e|maximi[sz]e|drive|change|cut|set|update|delete|remove|sell|buy|book|order|call|pay|open|close|install|read|learn|teach|imagine|"
    r"pretend|act|play|say|tell|if|when|while|because|i|we|you|he|she|it|they|there|here|this|that|these|those|my|your|his|her|its|solve|implement|given|using|use|choose|select|rank|sort|label|tag|match|complete|continue|"
    r"select|decide|determine|judge|detect|extract|count|add|ensure|highlight|repeat|wrap|put|start|end|finish|each|all|the (?:response|answer|output|word|letter)|both|some|any|every|no|not|do|don't|question|input|output|in this|for each|suppose|assume)\b"
)
UNDONE = re.compile(
    r"(?:reply|respond|answer|classify|categori[sz]e|solve|criti[sz]i[sz]e|critique|guess|define|(?:calculate|compute) (?!our|the (?:\w+ )?(?:revenue|growth|churn|conversion|roi|cost))|convert (?!this|it|last |yesterday|our |my |the (?:text|post|following))|implement|debug|recommend|paraphrase (?=a question)|tell me (?:(?:if|whether) (?!we|our|this|it|i )|a )|"
    r"predict (?:whether|if|who|which)|determine (?:if|whether)|decide (?:if|whether)|read the following .{0,40}and|given (?:a|an|the)|imagine|pretend|act as|roleplay|role-play|book a|order|buy|call|remind me|set (?:a|an) (?:alarm|timer))\b"
)
ABOUT_US = re.compile(
    r"\b(?:posts?|linkedin|twitter|facebook|blog|newsletters?|campaigns?|social media|content|e-?mails?|customers?|website|personas?|channels?)\b|"
    r"\bwe (?:do|doing|perform)|\b(?:are|did|have|has|is|was) (?:we|the (?:company|business|team)|our (?:company|business|startup)|business|things)\b"
)
