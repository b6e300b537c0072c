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
    options.add_argument("--triples", type=int, default=100)
    asked = options.parse_args()
    sets = measuring.fact_sets(asked.fact_sets)
    measuring.corpus(sets[:1])  # the voices are read once
    started = time.process_time()
    posts = measuring.corpus(sets)
    each = (time.process_time() - started) / len(posts) * 1000
    print(f"{len(posts)} posts, {each:.1f} ms of processor time each")
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
    print(
        "voice           5-grams shared by two seeds (mean, worst, pairs over 25%)   own 6-gram   opening   grade (10%, 50%, 90%)"
    )
    spread = measuring.grades(posts)
    every = []
    for name in VOICES:
        own = [draft.body for voice, _, draft in posts if voice == name]
        shares = [one for facts in sets[:3] for one in measuring.seeds_share(facts, name, asked.pairs)]
        every += shares
        low, middle, high = spread[name]
        print(
            f"{name:14}  {statistics.mean(shares):6.1%} {max(shares):6.1%} {sum(one > 0.25 for one in shares):3d}/{len(shares)}"
            f"                        "
            f"{measuring.commonest(own, 6)[0]:6.1%}   {measuring.commonest_opening(own)[0]:6.1%}   "
            f"{low:4.1f} {middle:4.1f} {high:4.1f}"
        )
    over = sum(one > 0.25 for one in every)
    print(f"{len(every)} pairs of seeds: mean {statistics.mean(every):.1%}, {over} over 25%")
    shared = measuring.runs_between_variants(asked.triples)
    print(f"{asked.triples} triples for LinkedIn, X and e-mail: {len(shared)} share a run of seven words {shared[:3]}")


if __name__ == "__main__":
    main()
