"""How good the built-in writer is by its own measures. Run: python bench/voices.py [--fact-sets 40]"""

import argparse
import statistics
import time

from cofounder.models.figures import Ledger
from cofounder.models.offline import measuring
from cofounder.models.offline.voice import VOICES


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fact-sets", type=int, default=40)
    options.add_argument("--pairs", type=int, default=10)
    asked = options.parse_args()
    sets = measuring.fact_sets(asked.fact_sets)
    measuring.corpus(sets[:1])  # the voices are read once
    started = time.perf_counter()
    posts = measuring.corpus(sets)
    each = (time.perf_counter() - started) / len(posts) * 1000
    print(f"{len(posts)} posts, {each:.1f} ms each")
    unmatched = sum(
        mention.kind == "unmatched"
        for _, number, draft in posts
        for mention in Ledger(sets[number], sets[number][0].period).trace(draft.body)
    )
    plain = sum("plain facts" in " ".join(draft.notes) for _, _, draft in posts)
    print(f"figures from nowhere: {unmatched}; posts that fell back to plain facts: {plain}")
    apart = measuring.told_apart(posts)
    print(f"macro-F1 {apart.f1:.3f}; without the 30 strongest n-grams {apart.f1_without_strongest:.3f}")
    sample = [draft.body for _, _, draft in posts][:200]
    share, run = measuring.commonest(sample, 6)
    print(f"commonest 6-gram of {len(sample)} posts: {share:.1%} “{run}”")
    share, run = measuring.commonest_opening(sample)
    print(f"commonest opening of {len(sample)} posts: {share:.1%} “{run}”")
    print("voice           5-grams shared by two seeds (mean, worst)   own 6-gram   opening   grade (10%, 50%, 90%)")
    spread = measuring.grades(posts)
    for name in VOICES:
        own = [draft.body for voice, _, draft in posts if voice == name]
        shares = [one for facts in sets[:3] for one in measuring.seeds_share(facts, name, asked.pairs)]
        low, middle, high = spread[name]
        print(
            f"{name:14}  {statistics.mean(shares):6.1%} {max(shares):6.1%}                             "
            f"{measuring.commonest(own, 6)[0]:6.1%}   {measuring.commonest_opening(own)[0]:6.1%}   "
            f"{low:4.1f} {middle:4.1f} {high:4.1f}"
        )


if __name__ == "__main__":
    main()
