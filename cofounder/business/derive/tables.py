"""The newest reading of every post, kept by the database itself, so that a question about all posts reads each once."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Count, Moment, Money, OptionalWords, Words
from cofounder.kit.db import Row


class LatestReading(Row):
    """A post's newest counters. Triggers on `social_post_analytics` write it; nothing else does."""

    __tablename__ = "latest_readings"
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    platform: Mapped[Words]
    measured_at: Mapped[Moment]
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


COLUMNS = [column.name for column in LatestReading.__table__.columns]
_LIST = ", ".join(COLUMNS)
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "post_id")
_NEWEST = "ORDER BY post_id, measured_at DESC, id DESC"
_KEEP = f"ON CONFLICT (post_id) DO UPDATE SET {_SET}"

# Statement triggers: one pass over what a statement wrote, however many rows. An insert can only bring newer readings
# or older ones; a change or a deletion makes the newest of the posts it touched be looked for again.
TRIGGERS = (
    f"""CREATE FUNCTION keep_latest_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO latest_readings ({_LIST})
  SELECT DISTINCT ON (post_id) {_LIST} FROM written WHERE post_id IS NOT NULL {_NEWEST}
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
  SELECT DISTINCT ON (post_id) {_LIST} FROM social_post_analytics WHERE post_id = ANY(touched) {_NEWEST}
  {_KEEP};
  RETURN NULL;
END $$""",
    """CREATE TRIGGER readings_written AFTER INSERT ON social_post_analytics
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_reading()""",
    """CREATE TRIGGER readings_changed AFTER UPDATE ON social_post_analytics
REFERENCING OLD TABLE AS gone NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION look_for_latest_reading()""",
    """CREATE TRIGGER readings_deleted AFTER DELETE ON social_post_analytics
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION look_for_latest_reading()""",
)
UNDO = (
    *(
        f"DROP TRIGGER {name} ON social_post_analytics"
        for name in ("readings_written", "readings_changed", "readings_deleted")
    ),
    "DROP FUNCTION keep_latest_reading()",
    "DROP FUNCTION look_for_latest_reading()",
)
