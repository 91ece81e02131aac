"""The composition root: wires the service together.

Importing it has no effect. `create_app` builds everything; its arguments let tests replace parts.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import connexion
from connexion.middleware import ConnexionMiddleware, MiddlewarePosition
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.resolver import Resolver

from data_hist.athena.client import AthenaClient, CallLimits
from data_hist.athena.stored_documents import DocumentStore
from data_hist.catalog.file import CatalogFile
from data_hist.catalog.tables import ApiVersion, Catalog
from data_hist.http import specification
from data_hist.http.concurrency_limit import ConcurrencyLimits
from data_hist.http.cors import CrossOriginMiddleware
from data_hist.http.edge import HttpEdge
from data_hist.http.health import HealthOperations
from data_hist.http.middleware import (
    BodyMiddleware,
    OverloadMiddleware,
    Page,
    PathMiddleware,
    RequestLimits,
)
from data_hist.http.operations import Operations
from data_hist.http.reloadable_app import Edition, ReloadableApp
from data_hist.http.request_observer import InstrumentationMiddleware
from data_hist.http.responses import error_handlers
from data_hist.http.routes import Routes
from data_hist.http.saved_operations import SavedOperations
from data_hist.http.security import security_map
from data_hist.http.serializers import respond_with_json
from data_hist.http.session import SessionTerms
from data_hist.http.validation import VALIDATORS
from data_hist.http.version_specification import specification_of_version
from data_hist.observability.request_context import RequestLog
from data_hist.queries.glacier_warnings import ArchivePolicy
from data_hist.queries.limits import QueryLimits
from data_hist.resources import UseCases, WorkerResources
from data_hist.retention.sweeper import sweep_in_background
from data_hist.settings import Settings, load_settings, traces_are_wanted
from data_hist.site.pages import site_pages
from data_hist.sql_guard.catalog_sql import expression_problems

if TYPE_CHECKING:
    from data_hist.observability.tracing import Tracing

_log = logging.getLogger(__name__)

utc_now: Callable[[], datetime] = partial(datetime.now, UTC)
"""The current time."""


@dataclass(frozen=True)
class Limits:
    """Sizes, timeouts and bounds that are not settings, but that tests change."""

    athena: CallLimits = field(default_factory=CallLimits)
    concurrency: ConcurrencyLimits = field(default_factory=ConcurrencyLimits)
    requests: RequestLimits = field(default_factory=RequestLimits)
    queries: QueryLimits = field(default_factory=QueryLimits)
    # Replaces the setting, which is in minutes.
    sweep_interval_seconds: float | None = None


DEFAULT_LIMITS = Limits()


def create_app(
    settings: Settings | None = None,
    *,
    engine: AthenaClient | None = None,
    catalog: Catalog | None = None,
    clock: Callable[[], datetime] = utc_now,
    limits: Limits = DEFAULT_LIMITS,
    tracing: "Tracing | None" = None,
    request_log: RequestLog | None = None,
) -> ReloadableApp:
    """Build the ASGI application.

    Args:
        settings: By default, read from the environment.
        engine: By default, made from the settings.
        catalog: The API versions and their tables; by default, those of the catalog file.
        clock: The current time, in UTC.
        limits: Bounds that no deployment needs to change.
        tracing: Created by default if the OTEL_* variables ask for traces.
        request_log: Writes to standard error by default.

    Raises:
        SettingsError: A setting is missing or invalid, or the catalog file is.
    """
    settings = settings or load_settings()
    engine = engine or AthenaClient(settings, limits=limits.athena)
    tracing = tracing or _load_tracing()
    edge = HttpEdge.build(settings, limits.concurrency, tracing, request_log)
    documents = DocumentStore(settings, limits=limits.athena)
    resources = WorkerResources.create(settings, engine, documents, clock, limits.queries)
    sweep = partial(sweep_in_background, settings, clock, limits.sweep_interval_seconds)
    file = CatalogFile(settings.catalog, [expression_problems])
    worker = _Worker(settings, limits, edge, resources, tracing)

    def next_edition() -> Edition | None:
        changed = file.read_if_changed()
        return None if changed is None else worker.edition(changed)

    return ReloadableApp(
        worker.edition(catalog or file.read()),
        next_edition,
        _lifespan(edge, resources, tracing, sweep),
    )


@dataclass(frozen=True)
class _Worker:
    """What the applications over all catalogs share."""

    settings: Settings
    limits: Limits
    edge: HttpEdge
    resources: WorkerResources
    tracing: "Tracing | None"

    def edition(self, catalog: Catalog) -> Edition:
        """Build the application over a catalog."""
        edge, resources = self.edge, self.resources
        app = _connexion_app()
        routes = Routes()
        routes.add_site()
        guard = resources.guard_pool(catalog)
        pages = _site_pages(edge, self.settings, catalog)
        _add_middlewares(app, edge, self.limits, self.tracing, pages)
        for version in catalog.versions.values():
            use_cases = resources.use_cases(
                version,
                guard,
                release_slot=edge.limiter.parked,
                until_shutdown=edge.shutdown.cutting_short,
            )
            routes.add_api(_base_path(version.name), edge.api_document)
            _add_version(app, edge, self.settings, version, use_cases)
        _add_health(app, edge, routes, resources.engine)
        for error, handler in error_handlers(routes).items():
            app.add_error_handler(error, handler)
        return Edition(app, partial(edge.routes.become, routes), guard.close)


def _connexion_app() -> connexion.AsyncApp:
    """Create the application without Connexion's own Swagger UI."""
    return connexion.AsyncApp(
        __name__,
        specification_dir=specification.FOLDER,
        strict_validation=True,
        validator_map=VALIDATORS,
        middlewares=[
            middleware
            for middleware in ConnexionMiddleware.default_middlewares
            if middleware is not SwaggerUIMiddleware
        ],
    )


def _add_middlewares(
    app: connexion.AsyncApp,
    edge: HttpEdge,
    limits: Limits,
    tracing: "Tracing | None",
    pages: Mapping[str, Page],
) -> None:
    """Add the middlewares, at each position from the outermost to the innermost."""
    outermost = MiddlewarePosition.BEFORE_EXCEPTION
    if tracing is not None:
        app.add_middleware(tracing.middleware(edge.routes.route_of), outermost)
    app.add_middleware(InstrumentationMiddleware, outermost, observer=edge.observer)
    if edge.cross_origin is not None:
        app.add_middleware(CrossOriginMiddleware, outermost, cross_origin=edge.cross_origin)
    app.add_middleware(OverloadMiddleware, outermost, overload=edge.overload)
    app.add_middleware(PathMiddleware, MiddlewarePosition.BEFORE_ROUTING, pages=pages)
    app.add_middleware(BodyMiddleware, MiddlewarePosition.BEFORE_SECURITY, limits=limits.requests)


def _add_version(
    app: connexion.AsyncApp,
    edge: HttpEdge,
    settings: Settings,
    version: ApiVersion,
    use_cases: UseCases,
) -> None:
    base_path = _base_path(version.name)
    archive = ArchivePolicy(settings.archived_after_days, settings.archived_after_days_of_customers)
    operations = Operations(
        submitter=use_cases.submitter,
        validator=use_cases.validator,
        statuses=use_cases.statuses,
        results=use_cases.results,
        lister=use_cases.lister,
        fields=use_cases.fields,
        budgets=use_cases.budgets,
        tenant_header=settings.tenant_header,
        version=version,
        price_usd_per_tb=settings.price_usd_per_tb,
        archive=archive,
        session=SessionTerms.of_deployment(settings, archive, edge.api_document),
    )
    app.add_api(
        edge.api_document,
        base_path=base_path,
        resolver=_resolver(operations, SavedOperations(use_cases.saved)),
        security_map=security_map(edge.authenticator),
    )


def _add_health(
    app: connexion.AsyncApp, edge: HttpEdge, routes: Routes, engine: AthenaClient
) -> None:
    document = specification.health_specification()
    routes.add("", document)
    app.add_api(document, base_path="", resolver=_resolver(HealthOperations(engine, edge.shutdown)))


def _site_pages(edge: HttpEdge, settings: Settings, catalog: Catalog) -> Mapping[str, Page]:
    return site_pages(
        {
            _base_path(version.name): specification_of_version(edge.api_document, version)
            for version in catalog.versions.values()
        },
        catalog.newest.first_query,
        specification.problem_descriptions(),
        _curl_credentials(settings),
    )


def _base_path(version: str) -> str:
    return f"/{version}/data_hist"


def _curl_credentials(settings: Settings) -> str:
    """Return the `curl` options for credentials in the example of the start page."""
    options = []
    if settings.gateway_secret is not None or settings.htpasswd_file is not None:
        options.append("-u NAME")
    if settings.tenant_required and settings.gateway_secret is None:
        options.append(f"-H '{settings.tenant_header}: TENANT'")
    return " ".join(options)


def _load_tracing() -> "Tracing | None":
    if not traces_are_wanted():
        return None
    try:
        from data_hist.observability.tracing import Tracing
    except ImportError:
        _log.warning("OTEL_* asks for traces: install data-hist[otel] for them")
        return None
    return Tracing()


def _lifespan(
    edge: HttpEdge,
    resources: WorkerResources,
    tracing: "Tracing | None",
    in_background: Callable[[], AbstractAsyncContextManager[None]],
) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
        resources.warm_up()
        async with in_background():
            yield edge.lifespan_state
        await resources.close()
        if tracing is not None:
            tracing.close()

    return lifespan


def _resolver(*handlers: object) -> Resolver:
    """Find the method of an operation in the one handler that has it."""

    def resolve(operation_id: str) -> Callable[..., Any]:
        handler = next(each for each in handlers if hasattr(each, operation_id))
        return respond_with_json(getattr(handler, operation_id))

    return Resolver(resolve)
