"""The composition root: settings, database, durable engine, tool servers, routes. One screen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import URL

from cofounder import __version__
from cofounder.kit import db, leases, live, log, migrate, postgres, store
from cofounder.settings import settings


async def open_database() -> None:
    """Start or join the database, bring its schema up to date, and let this process use it."""
    chosen = settings()
    url: str | URL | None = chosen.database_url
    if url is None:
        url = await asyncio.to_thread(postgres.ensure, postgres.default_home())
    db.connect(url, chosen.database_schema)
    await asyncio.to_thread(migrate.upgrade, url, chosen.database_schema)


def wire() -> None:
    """Hand the agents' servers to the tool registry and the plan's check to the request stage."""
    from cofounder import agents
    from cofounder.channels import standing as channels
    from cofounder.channels import trying as mail
    from cofounder.channels.accounts import waiting as accounts
    from cofounder.flow.learn.patterns import giving
    from cofounder.flow.plan import service as plans
    from cofounder.flow.plan import steps as planning
    from cofounder.flow.plan.tools import registry
    from cofounder.flow.publish import orphaned
    from cofounder.flow.request import service as requests
    from cofounder.flow.request.chat import tools as chat
    from cofounder.flow.run.commands import service as queue
    from cofounder.flow.run.commands import steps as commands
    from cofounder.flow.train import holding
    from cofounder.flow.train.tuners import probing as tuners
    from cofounder.models import keys, tuned
    from cofounder.models import standing as models
    from cofounder.models import trying as asked
    from cofounder.ops import connections, probing, system, trying

    registry.register_later(agents.servers)
    registry.ask_also(commands.offered)
    system.look_with("models", models.findings)
    connections.check_with(models.check)
    connections.check_with(channels.check)
    probing.probe_with(tuners.probe)
    probing.probe_with(keys.probe)
    trying.try_with("models", asked.trial)
    trying.try_with("mail", mail.trial)
    system.look_with("channels", channels.findings)
    accounts.listen(orphaned.tell)
    requests.check_plans_with(plans.check_supplied)
    requests.end_with(queue.end_of_task)
    tuned.check_plans_with(plans.check_told)
    planning.learn_with(giving.sentences_of)
    chat.reach_with(registry.discover, registry.call)
    holding.connect()


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """This process carries out tasks inside the block. Wants an open database and wired tools."""
    from cofounder import journey
    from cofounder.business.context import keeping as context
    from cofounder.business.imports import schedule as imports
    from cofounder.channels.accounts import expiring as accounts
    from cofounder.channels.images import keeping as images
    from cofounder.flow.approve import expiring
    from cofounder.flow.learn import renewing
    from cofounder.flow.learn.answers import keeping as answers
    from cofounder.flow.learn.judges import keeping as judges
    from cofounder.flow.learn.patterns import steps as patterns
    from cofounder.flow.plan.tools import outside, registry
    from cofounder.flow.publish import looking, stranded
    from cofounder.flow.publish.measuring import carrying as measuring
    from cofounder.flow.request.series import making as series
    from cofounder.flow.run import stalled
    from cofounder.flow.run.commands import chores as commands
    from cofounder.flow.train.data import chores as training
    from cofounder.flow.train.datasets import keeping as parts
    from cofounder.flow.train.jobs import keeping as serving
    from cofounder.flow.train.jobs import rules as tuning
    from cofounder.flow.train.promotion import watching as promotions
    from cofounder.models import tuned
    from cofounder.ops import probing, watchdog
    from cofounder.personas import looking as personas

    await db.patiently(registry.discover)
    chores = [
        watchdog.watching(stalled.find, stalled.tell, stalled.end),
        stranded.look,
        commands.tidy,
        outside.tend,
        imports.look,
        patterns.look,
        training.tidy,
        personas.look,
    ]
    apart = [
        one.chore
        for one in (
            accounts,
            probing,
            series,
            expiring,
            images,
            context,
            measuring,
            looking,
            renewing,
            answers,
            judges,
            parts,
            tuning,
            serving,
            promotions,
        )
    ]
    chores += [one.look for one in apart]
    async with leases.held(role="worker", **journey.TAKEN_OVER, chores=chores):
        yield
    for one in apart:
        await one.stop()
    await tuned.stop()
    await registry.close()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    from cofounder.flow.plan.tools import registry
    from cofounder.flow.request.chat import running as chat

    log.configure(settings().log_level)
    await open_database()
    await asyncio.to_thread(store.sweep)  # whatever was uploaded when this process was killed
    wire()
    async with live.listening(), chat.open_desk():
        yield
    if settings().mcp:
        await app.state.door.close()
    await registry.close()
    await db.dispose()


def create_app() -> FastAPI:
    """The HTTP server: every slice's routes over one database."""
    from cofounder import contract
    from cofounder.business.imports.routes import router as imports
    from cofounder.business.routes import router as business
    from cofounder.channels.accounts.routes import router as channels
    from cofounder.channels.images.routes import router as images
    from cofounder.channels.standing import LineNotEncrypted
    from cofounder.flow.approve.routes import router as approve
    from cofounder.flow.learn.routes import router as learn
    from cofounder.flow.plan.service import ERRORS as PLAN_ERRORS
    from cofounder.flow.plan.tools.routes import router as servers
    from cofounder.flow.publish.measuring.routes import router as measuring
    from cofounder.flow.publish.routes import router as publish
    from cofounder.flow.request.chat.routes import router as chat
    from cofounder.flow.request.routes import router as request
    from cofounder.flow.request.series.routes import router as series
    from cofounder.flow.run.commands.routes import router as commands
    from cofounder.flow.run.routes import router as run
    from cofounder.flow.train.data.routes import router as training_data
    from cofounder.flow.train.datasets.routes import router as datasets
    from cofounder.flow.train.jobs.routes import router as tuning
    from cofounder.flow.train.promotion.routes import router as tuned_models
    from cofounder.kit import pages
    from cofounder.kit.http import install
    from cofounder.kit.openapi import also, operation_id
    from cofounder.mcp import door
    from cofounder.models.chain import ModelSettingInvalid
    from cofounder.ops.events import router as events
    from cofounder.ops.routes import router as ops
    from cofounder.ops.settings_routes import router as settings_routes
    from cofounder.people.routes import router as people
    from cofounder.personas.experiments.routes import router as experiments
    from cofounder.personas.followers.routes import router as followers
    from cofounder.personas.own.routes import router as own_personas
    from cofounder.personas.routes import router as personas

    app = FastAPI(
        title="Cofounder",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,  # the stock page would load its scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=operation_id,
    )
    install(app)
    for router in (
        request,
        series,
        chat,
        run,
        commands,
        approve,
        publish,
        measuring,
        channels,
        images,
        imports,
        business,
        learn,
        training_data,
        datasets,
        tuning,
        tuned_models,
        experiments,
        followers,
        own_personas,
        personas,
        settings_routes,
        people,
        events,
        ops,
    ):
        app.include_router(router)
    if settings().mcp:
        app.state.door = door.install(app)
    app.include_router(servers)
    also(app, "POST", "/api/orchestrator/process", *PLAN_ERRORS)
    also(app, "PUT", "/api/connections", ModelSettingInvalid, LineNotEncrypted)
    contract.describe(app)
    pages.install(app)
    return app
