"""The words in which people ask for a text and say where it goes: whatever else they say, these change nothing of it."""

_PLACING = """
    write writing written create creating draft drafting compose prepare preparing produce craft make making made generate do design develop suggest
    publish publishing published post posting posted posts share sharing shared send sending sent put putting tweet tweeting schedule scheduled
    release upload e-mail email mail blog run use using announce tell inform update updates remind invite thank notify bring get give want wants
    need needs like would can could will shall should must please kindly also just only again too as well instead now first finally directly
    go goes going live out online up it this that them these those one ones text texts copy message messages version versions variant variants
    format formats form style an a the our my your i we me us you i'd we'd i'll we'll let let's to on for via through over across by into onto
    in at of with is be are has have ready suitable fit fitting fits aimed made meant adapted tailored rewritten turned turn convert adapt
    repurpose rework it's together everywhere each both all same short long brief quick nice new next good great single separate second third
    another two three four five six seven ten weekly monthly daily official company corporate company's public internal own whole personal
    professional social media channel channels platform platforms network networks page account profile audience followers list community readers
    article articles announcement caption carousel story entry update status digest teaser teasers captions stories notes summaries announcements note piece content thread threads headline headlines
    shorter longer spread word highlights following results ideas title titles subject line lines summary recap shorten shortened summarise summarize rewrite edit polish improve check
    tomorrow today tonight friendly formal casual funny engaging catchy compelling crisp professional-sounding so i'm we're looking plan calendar
    especially including particularly mainly thanks hi hello hey dear there cofounder okay ok yes then maybe help
"""  # fmt: skip
PLACING = frozenset(_PLACING.split())
