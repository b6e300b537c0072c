"""The words of a question that narrow nothing: whatever else is left of it is a condition. Pure."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GRAMMAR = _words("""
a an the this that these those it its there here and or but so nor also too as at by for from in into of off on onto out over
per with without since than then to toward towards until till up upon via within during between among around about after before across
along through down again together i me my mine we us our ours you your yours they them their theirs one ones everything
anything something nothing is are was were be been being am do does did done doing have has had having can could may might
must shall should will would not no yes if whether what which who whom when where why how much many more most less least few
fewer fewest all any both each every some such only just even still yet ever never always already now today currently
please kindly thanks thank hi hello hey dear ok okay well right exactly precisely roughly approximately nearly almost really
actually don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't haven't hasn't hadn't what's how's
i'm i'd i've we're we've we'd let's it's that's there's else other another same own very quite rather simply maybe perhaps
because though although while once whose etc versus vs
""")
_ASKING = _words("""
tell show send give list say know find get gets got getting gotten see look looks looking want need like let lets ask explain
describe display report reports present presents check calculate compute work figure figures number numbers amount amounts value values
level levels data stat stats statistics detail details summary summarise summarize overview answer info information question
quick quickly short brief briefly table chart graph plot curve series name mention read think wonder wondering curious
remind share hear possible able rank ranks ranked ranking sort sorted order ordered help interested review update go going gone went come comes came take takes took taken bring
brings brought stand stands stood out metric metrics kpi kpis highlights milestone milestones state key main important
relevant interesting status glance moment pull pulled fetch bring-up real book booked bookings-wise deck board slide slides
meeting memo talk boss team's colleague sentence paragraph line lines one-liner ballpark latest-known so-far days these company company's business business's firm cofounder co-founder terms currency dollars usd eur euros
money count counts total totals overall altogether combined cumulative whole sum sums entire full complete actual real exact
""")
_MOVING = _words("""
develop develops developed developing development evolve evolved evolving evolution grow grows grew grown growing growth
increase increases increased increasing decrease decreases decreased decreasing rise rises rose risen rising fall falls fell
fallen falling drop drops dropped dropping decline declines declined declining improve improves improved improving improvement
worsen worsened jump jumped surge surged change changes changed changing move moved trend trends trending history progress
course stable steady stagnate stagnated momentum shrink shrank shrunk plunge plunged climb climbed dip dipped recover
recovered busy busier busiest slow slower slowest quiet quieter quietest successful success record records high higher highest low lower lowest best better worst worse strong stronger strongest weak weaker
weakest good bad badly great greater greatest big bigger biggest large larger largest small smaller smallest top bottom max
maximum min minimum peak peaks peaked reach reaches reached hit exceed exceeds exceeded pass passed average averages mean
median usual usually typical typically normal normally baseline above below under least perform performs performed
performing performance fare fared doing happen happened happening make makes made making earn earns earned generate
generates generated produce produced receive received sell sells sold spend spends spent lose loses lost losing leave leaves
left gain gains gained win wins won win acquire acquired acquisition churn churned cancel cancelled convert converts
converted profitable rate rates percent percentage-wise stood out stands
""")
_TIME = _words("""
time times month months month's monthly quarter quarters quarter's quarterly year years year's yearly annual annually period
periods date dates ago past recent recently lately latest current previous prior last next earlier later first second third
finished calendar far long start started beginning begin end ended ending yet soon coming upcoming future ahead forecast
forecasts forecasted expect expects expected expectation predict predicts predicted prediction project projected projection
outlook likely probably estimate estimated target targets plan goal ytd mtd qtd yoy mom qoq
""")
_COMPARING = _words("""
compare compares compared comparing comparison contrast difference differences different differ differs against relative
respect ratio-wise behind beat beats reason reasons cause caused causes explains explained drove driven led
""")
_NUMBERS = _words("two three four five six seven eight nine ten twelve dozen thousand million k m")
_POSTS = _words("""
post posts posted posting tweet tweets tweeted tweeting thread threads newsletter newsletters article articles publication
publications content update updates publish publishes published publishing publishes write writes wrote written send sends
sent put view views viewed seen click clicks clicked share shares shared sharing comment comments commented engagement
engagements engage engaged engaging impressions like likes liked save saves reposts retweets works worked working did success
successful succeed popular viral flop flopped fail failed fails land landed resonate resonated response results
result achieve achieved platform platforms channel channels network networks social media page account measured rank ranked ranking
rankings sort sorted order ordered by topic topics theme themes subject subjects voice ideal new newest old oldest dated ourselves audience audiences people followers readers popular usually ours rated
activity active repeat repeated frequency often reaction reactions replies interaction interactions reached
""")
TIMES = _words("hour hours day days weekday weekdays week weeks morning afternoon evening good right")
TOGETHER = _words(
    "correlate correlates correlated correlation correlations relation relationship related linked connected depend depends"
)
_WORK = _words("""
task tasks run runs ran job jobs command commands agent agents work working works worked piece pieces request requests requested
approval approvals approve approves approved rejection rejections reject rejects rejected decision decisions decide decides decided
deciding fail fails failed failing failure failures succeed succeeds succeeded succeeding success successful successfully draft drafts text texts
complete completed completes completion finish finishes finished finishing cancel cancels cancelled canceled cancelling expire
expired paused pause stuck stand pending waiting waits wait waited awaiting queue queued queues running open claimed processing
blocked scheduled in-progress hold needs need needing attention urgent todo overdue done status state states created
create started begin began submitted asked processed handled executed launched made ended quality score scored judged duration
long fast slow quick seconds second minutes minute hours hour cost costs costing price expensive cheap spend spent ai llm llms
model models language tokens dead letter letters dead-letter dead-letters training ready person people human moment
today's problem problems error errors wrong went well effective automatic automatically manually usual useful rest remaining
effectiveness
""")
FIGURES = _GRAMMAR | _ASKING | _MOVING | _TIME | _COMPARING | _NUMBERS
POSTS = FIGURES | _POSTS
WORK = POSTS | _WORK
