"""Topics found in the words: what is on none of them is in none, and each figure says how many posts it is over."""

from cofounder.business.context import embedder
from cofounder.business.derive.topics import _told

SUBJECTS = (
    ("goalkeeper penalty league football", "striker offside league football"),
    ("sourdough oven flour bread", "rye yeast flour bread"),
    ("telescope orbit comet planet", "rocket lunar crater planet"),
    ("violin concerto orchestra opera", "cello sonata orchestra opera"),
)


def test_texts_of_none_of_the_topics_are_in_none() -> None:
    texts = [f"{line} {line.split()[at % 4]}" for at in range(40) for pair in SUBJECTS for line in pair]
    made = embedder.fit(texts, len(texts))
    placed = made.topics_of(made.embed(texts))
    assert (placed != embedder.OTHER).mean() > 0.95
    strange = ["taxes for landlords", "a knitting pattern", "the mayor resigned"] * 10
    assert set(made.topics_of(made.embed(strange))) == {embedder.OTHER}
    assert made.named[str(embedder.OTHER)] == "other"


def test_what_is_on_none_stands_last_and_every_figure_has_its_n() -> None:
    def row(key: str, posts: int, viewed: int) -> dict[str, object]:
        sums = {"views": 100.0 * viewed, "views2": 10_000.0 * viewed, "engaging": posts, "engaged": 5.0 * posts}
        rate = {"rate_n": viewed, "rate_top": 5.0 * viewed, "rate_below": 100.0 * viewed}
        return {"key": key, "recent": False, "posts": posts, "viewed": viewed, **sums, **rate}

    found = _told([row("-1", 900, 900), row("0", 50, 10)], {"0": "bread, flour", "-1": "other"})
    assert [one.topic for one in found] == ["bread, flour", "other"]
    assert (found[0].sample_size, found[0].viewed, found[0].engaging, found[0].rated) == (50, 10, 50, 10)
    assert "50 measured posts, engagement 5.00% over the 10 with views" in found[0].sentence
    assert "with views" not in found[1].sentence
