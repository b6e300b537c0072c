"""What every post's figures stand at, kept by the database itself, so that a question about all posts reads each once.

What such questions group and narrow by stands beside it: the posts themselves hold texts, and are long to read.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.business.records.newest import newest
from cofounder.kit.columns import Count, Moment, Money, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row


class LatestReading(Row):
    """Each figure of a post by the newest reading that tells it, and what the post is filed under. Triggers on readings and
    posts write it; nothing else does.
    """

    __tablename__ = "latest_readings"
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    platform: Mapped[Words]
    published_at: Mapped[OptionalMoment]
    label: Mapped[OptionalWords]  # its topic, else its category; small letters
    persona: Mapped[OptionalWords]
    campaign: Mapped[OptionalWords]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    post_cost: Mapped[Money]
    measured_at: Mapped[Moment]  # the last reading
    linked_at: Mapped[OptionalMoment]  # the last time that a person linked one
    impressions: Mapped[Count]
    views: Mapped[Count]
    reach: Mapped[Count]
    clicks: Mapped[Count]
    likes: Mapped[Count]
    shares: Mapped[Count]
    comments: Mapped[Count]
    followers: Mapped[Count]
    conversions: Mapped[Count]
    revenue: Mapped[Money]
    cost: Mapped[Money]
    currency: Mapped[OptionalWords]
    # What rates are of, each pair from one reading:
    rated_engaged: Mapped[Count]
    rated_views: Mapped[Count]
    paid_revenue: Mapped[Money]
    paid_views: Mapped[Count]
    converted: Mapped[Count]
    converted_clicks: Mapped[Count]


OF_POST = {  # column -> SQL over the post `p`
    "platform": "p.platform",
    "published_at": "p.published_at",
    "label": "lower(btrim(coalesce(p.topic, p.category)))",
    "persona": "p.persona",
    "campaign": "p.campaign",
    "is_sample": "p.is_sample",
    "post_cost": "p.cost",
}
COUNTED = [column.name for column in LatestReading.__table__.columns if column.name not in ("post_id", *OF_POST)]
_LIST = f"post_id, {', '.join(COUNTED)}, {', '.join(OF_POST)}"
_POST = ", ".join(OF_POST.values())
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*COUNTED, *OF_POST))
_FILED = ("platform", "published_at", "topic", "category", "persona", "campaign", "is_sample", "cost")


def _each(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in _FILED)


# Statement triggers: one pass over the posts that a statement touched, however many readings it wrote. Whoever else writes
# readings of a post that has some is waited for, so that neither leaves out the other's. A post that is filed anew takes
# its row along.
TRIGGERS = (
    f"""CREATE FUNCTION keep_latest_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE touched uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    touched := ARRAY(SELECT DISTINCT post_id FROM written WHERE post_id IS NOT NULL);
  ELSIF TG_OP = 'DELETE' THEN
    touched := ARRAY(SELECT DISTINCT post_id FROM gone WHERE post_id IS NOT NULL);
  ELSE
    touched := ARRAY(SELECT post_id FROM gone WHERE post_id IS NOT NULL
                     UNION SELECT post_id FROM written WHERE post_id IS NOT NULL);
  END IF;
  PERFORM 1 FROM latest_readings WHERE post_id = ANY(touched) ORDER BY post_id FOR UPDATE;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM latest_readings WHERE post_id = ANY(touched)
      AND NOT EXISTS (SELECT 1 FROM social_post_analytics r WHERE r.post_id = latest_readings.post_id);
  END IF;
  INSERT INTO latest_readings ({_LIST})
  SELECT r.*, {_POST} FROM (
    SELECT a.post_id, {newest(COUNTED)} FROM social_post_analytics a WHERE a.post_id = ANY(touched) GROUP BY a.post_id) r
  JOIN posts p ON p.id = r.post_id
  ON CONFLICT (post_id) DO UPDATE SET {_SET}
  WHERE TG_OP <> 'INSERT' OR EXCLUDED.measured_at >= latest_readings.measured_at;
  RETURN NULL;
END $$""",
    f"""CREATE FUNCTION file_latest_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE latest_readings SET ({", ".join(OF_POST)}) = (SELECT {_POST} FROM posts p WHERE p.id = NEW.id)
  WHERE post_id = NEW.id;
  RETURN NULL;
END $$""",
    """CREATE TRIGGER readings_written AFTER INSERT ON social_post_analytics
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_reading()""",
    """CREATE TRIGGER readings_changed AFTER UPDATE ON social_post_analytics
REFERENCING OLD TABLE AS gone NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_reading()""",
    """CREATE TRIGGER readings_deleted AFTER DELETE ON social_post_analytics
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_reading()""",
    f"""CREATE TRIGGER post_filed AFTER UPDATE ON posts FOR EACH ROW
WHEN (({_each("OLD")}) IS DISTINCT FROM ({_each("NEW")})) EXECUTE FUNCTION file_latest_reading()""",
)
UNDO = (
    *(
        f"DROP TRIGGER {name} ON social_post_analytics"
        for name in ("readings_written", "readings_changed", "readings_deleted")
    ),
    "DROP TRIGGER post_filed ON posts",
    "DROP FUNCTION file_latest_reading()",
    "DROP FUNCTION keep_latest_reading()",
)
