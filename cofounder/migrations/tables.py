"""Every table module, so that the metadata is whole. Only migrations and tests of the schema import this."""

from cofounder.business.context import tables as context
from cofounder.business.derive import tables as derive
from cofounder.business.imports import tables as imports
from cofounder.business.matching import tables as matching
from cofounder.business.records import tables as records
from cofounder.channels.accounts import tables as accounts
from cofounder.channels.images import tables as images
from cofounder.flow.approve import tables as approve
from cofounder.flow.learn import tables as learn
from cofounder.flow.learn.patterns import tables as patterns
from cofounder.flow.plan import tables as plan
from cofounder.flow.plan.tools import tables as tools
from cofounder.flow.publish import tables as publish
from cofounder.flow.publish.measuring import tables as measuring
from cofounder.flow.quality import tables as quality
from cofounder.flow.request import tables as request
from cofounder.flow.request.chat import tables as chat
from cofounder.flow.request.series import tables as series
from cofounder.flow.run import tables as run
from cofounder.flow.run.commands import tables as commands
from cofounder.flow.train.benchmark import tables as benchmark
from cofounder.flow.train.data import tables as training_data
from cofounder.flow.train.datasets import tables as datasets
from cofounder.flow.train.jobs import tables as tuning_jobs
from cofounder.kit import tables as kit
from cofounder.kit.db import Row
from cofounder.models import tables as models
from cofounder.models.registry import tables as registry
from cofounder.models.routing import tables as routing
from cofounder.ops import tables as ops
from cofounder.people import tables as people
from cofounder.personas import tables as personas
from cofounder.personas.experiments import tables as experiments
from cofounder.personas.followers import tables as followers
from cofounder.personas.own import tables as own_personas

metadata = Row.metadata
__all__ = [
    "accounts",
    "approve",
    "benchmark",
    "chat",
    "commands",
    "context",
    "datasets",
    "derive",
    "experiments",
    "followers",
    "images",
    "imports",
    "kit",
    "learn",
    "matching",
    "measuring",
    "metadata",
    "models",
    "ops",
    "own_personas",
    "patterns",
    "people",
    "personas",
    "plan",
    "publish",
    "quality",
    "records",
    "registry",
    "request",
    "routing",
    "run",
    "series",
    "tools",
    "training_data",
    "tuning_jobs",
]
