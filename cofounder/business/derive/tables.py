"""The newest reading of every post, kept by the database itself, so that a question about all posts reads each once.

What such questions group and narrow by stands beside it: the posts themselves hold texts, and are long to read.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Count, Moment, Money, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row


class LatestReading(Row):
    """A post's newest counters, and what it is filed under. Triggers on readings and posts write it; nothing else does."""

    __tablename__ = "latest_readings"
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    platform: Mapped[Words]
    published_at: Mapped[OptionalMoment]
    label: Mapped[OptionalWords]  # its topic, else its category; small letters
    persona: Mapped[OptionalWords]
    campaign: Mapped[OptionalWords]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    post_cost: Mapped[Money]
    measured_at: Mapped[Moment]
    linked_at: Mapped[OptionalMoment]
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
_COUNTED = ", ".join(COUNTED)
_LIST = f"post_id, {_COUNTED}, {', '.join(OF_POST)}"
_POST = ", ".join(OF_POST.values())
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*COUNTED, *OF_POST))
_NEWEST = "ORDER BY post_id, measured_at DESC, id DESC"
_KEEP = f"ON CONFLICT (post_id) DO UPDATE SET {_SET}"
_FILED = ("platform", "published_at", "topic", "category", "persona", "campaign", "is_sample", "cost")


def _each(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in _FILED)


# Statement triggers: one pass over what a statement wrote, however many rows. An insert can only bring newer readings
# or older ones; a change or a deletion makes the newest of the posts it touched be looked for again. A post that is
# filed anew takes its row along.
TRIGGERS = (
    f"""CREATE FUNCTION keep_latest_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO latest_readings ({_LIST})
  SELECT r.*, {_POST} FROM (
    SELECT DISTINCT ON (post_id) post_id, {_COUNTED} FROM written WHERE post_id IS NOT NULL {_NEWEST}) r
  JOIN posts p ON p.id = r.post_id
  {_KEEP} WHERE EXCLUDED.measured_at >= latest_readings.measured_at;
  RETURN NULL;
END $$""",
    f"""CREATE FUNCTION look_for_latest_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE touched uuid[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    touched := ARRAY(SELECT DISTINCT post_id FROM gone WHERE post_id IS NOT NULL);
  ELSE
    touched := ARRAY(SELECT post_id FROM gone WHERE post_id IS NOT NULL
                     UNION SELECT post_id FROM written WHERE post_id IS NOT NULL);
  END IF;
  DELETE FROM latest_readings WHERE post_id = ANY(touched)
    AND NOT EXISTS (SELECT 1 FROM social_post_analytics r WHERE r.post_id = latest_readings.post_id);
  INSERT INTO latest_readings ({_LIST})
  SELECT r.*, {_POST} FROM (
    SELECT DISTINCT ON (post_id) post_id, {_COUNTED} FROM social_post_analytics
    WHERE post_id = ANY(touched) {_NEWEST}) r
  JOIN posts p ON p.id = r.post_id
  {_KEEP};
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
REFERENCING OLD TABLE AS gone NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION look_for_latest_reading()""",
    """CREATE TRIGGER readings_deleted AFTER DELETE ON social_post_analytics
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION look_for_latest_reading()""",
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
    "DROP FUNCTION look_for_latest_reading()",
)
