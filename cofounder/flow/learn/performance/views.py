"""Views for tools that read SQL. They join, so nothing can be written through them. Documented in docs/how-to."""

# Tests, sample data and what a person excluded are there, and columns that say so: whoever reads decides.
VIEWS: dict[str, str] = {
    "orchestrator_historical_tasks": """
SELECT t.id AS task_id, t.request, t.topic, t.category, t.primary_keyword, t.title, t.status, t.source,
  t.quality_score, t.refinements, t.cost AS cost_usd, t.created_at, t.started_at, t.completed_at,
  t.is_legacy, t.is_sample, e.user_approval AS approved, e.tags
FROM tasks t LEFT JOIN orchestrator_training_data e ON e.execution_id = t.id""",
    "orchestrator_published_posts": """
SELECT p.id AS post_id, p.task_id, p.platform, p.title, p.content, p.topic, p.category, p.persona, p.campaign, p.url,
  p.published_at, p.is_legacy, p.is_sample, r.measured_at, coalesce(r.views, r.impressions) AS views, r.clicks, r.likes,
  r.shares, r.comments, r.conversions, r.revenue, r.currency,
  r.rated_engaged::float8 / nullif(r.rated_views, 0) AS engagement_rate
FROM posts p LEFT JOIN latest_readings r ON r.post_id = p.id WHERE p.published_at IS NOT NULL""",
    "bi_runs": """
SELECT e.execution_id AS task_id, e.timestamp AS requested_at, e.intent, e.success, e.quality_score,
  e.user_approval AS approved, e.decision->>'verdict' AS verdict, coalesce((e.decision->>'automatic')::boolean, false)
  AS decided_automatically, e.decided_at, e.cost AS cost_usd, e.seconds,
  (e.execution_result->>'refinements_needed')::int AS refinements, (e.execution_plan->>'steps')::int AS steps,
  e.platforms, e.persona, e.models, e.tags, e.is_legacy, e.is_sample, e.is_high_quality, e.training_ready, t.status
FROM orchestrator_training_data e LEFT JOIN tasks t ON t.id = e.execution_id""",
    "bi_steps": """
SELECT s.id AS step_id, s.task_id, s.node, s.agent, s.tool, s.state, s.attempt, s.cost AS cost_usd, s.seconds,
  s.quality_score, s.started_at, s.finished_at, t.is_sample, t.automatic AS is_test
FROM steps s JOIN tasks t ON t.id = s.task_id""",
    "bi_model_calls": """
SELECT c.id AS call_id, c.task_id, c.role, c.model, c.state, c.tokens_in, c.tokens_out, c.cost_usd, c.seconds,
  c.fallback_from, c.started_at, c.finished_at, coalesce(t.is_sample, false) AS is_sample
FROM model_calls c LEFT JOIN tasks t ON t.id = c.task_id""",
    "bi_patterns": """
SELECT p.id AS pattern_id, p.metric, p.type, p.conditions, p.sentence, p.state, p.why, p.effect, p.low, p.high, p.level,
  p.q, p.n, p.support, p.confidence, p.lift, p.first_seen, p.stood_since, p.last_confirmed, p.retired_at, p.pinned,
  p.note, p.is_sample, r.as_of AS estimated_as_of, r.tested AS candidates_tested
FROM learning_patterns p LEFT JOIN learning_runs r ON r.id = p.run_id""",
}
CREATE = tuple(f"CREATE VIEW {name} AS{query}" for name, query in VIEWS.items())
DROP = tuple(f"DROP VIEW {name}" for name in VIEWS)
