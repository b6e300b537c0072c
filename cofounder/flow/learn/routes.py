"""What was learned: patterns, insights and totals."""

from cofounder.flow.learn.answers.routes import router as answers
from cofounder.flow.learn.insights.routes import router as insights
from cofounder.flow.learn.judges.routes import router as judges
from cofounder.flow.learn.patterns.routes import router as patterns
from cofounder.flow.learn.performance.routes import router as performance
from cofounder.kit.http import Router

router = Router()
router.include_router(patterns)
router.include_router(insights)
router.include_router(performance)
router.include_router(judges)
router.include_router(answers)
