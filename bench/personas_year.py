"""Years of a company, lived through the product's own database: what learnt weights gain beside fixed ones.

Run: python -m bench.personas_year [--seeds 5] [--days 365] [--look-hours 24]. Voices are drawn, posts read, followers
counted, gains divided and weights learnt by the product; only the clock is set. Both ways of drawing meet the same luck.
Some minutes for each year. The figures stand in docs/reference/personas.md.
"""

import argparse
import asyncio
import statistics
import time

from sqlalchemy import text

from cofounder.kit import db, migrate, postgres
from tests.personas.year import World, lived

CLEAN = "TRUNCATE posts, follower_counts, follower_intervals, optimisation_runs, persona_choices, personas CASCADE"


async def measured(seeds: int, days: int, look_hours: float, policy: str) -> None:
    ratios, late = [], []
    for seed in range(seeds):
        world, gained = World(seed=500 + seed, days=days), {}
        for way in (policy, "fixed"):
            begun = time.process_time()
            gained[way] = await lived(world, way, look_hours=look_hours)
            async with db.transaction() as session:
                await session.execute(text(CLEAN))
            print(f"  {way}: {gained[way].followers:,.0f} followers, {time.process_time() - begun:.0f} s", flush=True)
        ratios.append(gained[policy].followers / gained["fixed"].followers)
        late.append(gained[policy].late / gained["fixed"].late)
        print(f"seed {seed}: ×{ratios[-1]:.2f}, in the last third ×{late[-1]:.2f}", flush=True)
    for name, found in (("all", ratios), ("last third", late)):
        mean = statistics.mean(found)
        half = 1.96 * statistics.stdev(found) / len(found) ** 0.5 if len(found) > 1 else 0.0
        print(f"{name}: ×{mean:.2f} ({mean - half:.2f}-{mean + half:.2f}) over {len(found)} seeds", flush=True)


async def whole(given: argparse.Namespace) -> None:
    with postgres.temporary() as url:
        db.connect(url)
        await asyncio.to_thread(migrate.upgrade, url, "cofounder")
        await measured(given.seeds, given.days, given.look_hours, given.policy)
        await db.dispose()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--days", type=int, default=365)
    asked.add_argument("--look-hours", type=float, default=24.0)
    asked.add_argument("--policy", default="default")
    asyncio.run(whole(asked.parse_args()))


if __name__ == "__main__":
    main()
