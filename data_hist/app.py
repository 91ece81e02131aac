"""The composition root: the one place that wires the service together.

Importing it does nothing. `create_app` builds everything; its arguments are the seams for tests.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import connexion
from connexion.exceptions import ProblemException
from connexion.middleware import ConnexionMiddleware, MiddlewarePosition
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.resolver import Resolver
from starlette.exceptions import HTTPException

from data_hist.athena import AthenaClient
from data_hist.athena.polling.poller import Poller
from data_hist.auth.authentication import authenticator_from
from data_hist.catalog import Catalog, load_catalog
from data_hist.errors import DataHistError
from data_hist.http import specification as contract
from data_hist.http.concurrency_limit import ConcurrencyLimiter
from data_hist.http.cors import CROSS_ORIGIN_KEY, CrossOrigin, CrossOriginMiddleware
from data_hist.http.health import HealthHandlers
from data_hist.http.instrumentation import ObservationMiddleware, Observer
from data_hist.http.long_polling import LongPolls
from data_hist.http.middleware import BodyMiddleware, ExactPathMiddleware
from data_hist.http.operations import Handlers
from data_hist.http.overload import OVERLOAD_KEY, OverloadControl, OverloadMiddleware
from data_hist.http.responses import (
    as_json,
    http_problem_response,
    internal_response,
    problem_response,
)
from data_hist.http.routes import Routes
from data_hist.http.security import security_map
from data_hist.http.shutdown import SHUTDOWN_KEY, Shutdown
from data_hist.http.validation import VALIDATORS
from data_hist.observability.trace_context import trace_context
from data_hist.queries.executions_cache import describe_for_callers
from data_hist.queries.glacier_warnings import ArchivePolicy
from data_hist.queries.process_resources import ProcessResources
from data_hist.queries.service import QueryService, utc_now
from data_hist.retention.result_locations import ResultLocations
from data_hist.retention.sweeper import swept
from data_hist.settings import Settings, load_settings, traces_are_wanted
from data_hist.site.contents import site_resources
from data_hist.site.serving import SiteMiddleware

if TYPE_CHECKING:
    from data_hist.observability.tracing import Tracing

_log = logging.getLogger(__name__)

_MIDDLEWARES = [
    middleware
    for middleware in ConnexionMiddleware.default_middlewares
    if middleware is not SwaggerUIMiddleware
]


def create_app(
    settings: Settings | None = None,
    *,
    engine: AthenaClient | None = None,
    catalog: Catalog | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> connexion.AsyncApp:
    """Build the ASGI application.

    Args:
        settings: Read from the environment when not given.
        engine: Made from the settings when not given.
        catalog: The versions of the API and their tables; the packaged one when not given.
        clock: The current time, in UTC.

    Raises:
        SettingsError: A setting is missing or wrong.
    """
    settings = settings or load_settings()
    engine = engine or AthenaClient(settings)
    catalog = catalog or load_catalog()
    locations = ResultLocations(settings.result_bucket, settings.result_prefix)
    archive = ArchivePolicy(settings.archived_after_days, settings.archived_after_days_of_customers)
    authenticator = authenticator_from(settings)
    poller = Poller(
        partial(describe_for_callers, engine),
        settings.status_calls_per_second_of_worker,
        clock,
    )
    load = ConcurrencyLimiter(settings.concurrent_requests)
    shutdown = Shutdown(settings.shutdown_notice_seconds)
    routes = Routes()
    long_polls = LongPolls(routes)
    # A request that is refused at the socket has no span of its own.
    admission = OverloadControl(
        load, Observer(routes, trace_context).refused, long_polls.wait_seconds
    )
    resources = ProcessResources.start(engine, catalog.versions, settings.max_query_days)
    cross_origin = (
        CrossOrigin(settings.cors_origins.split(), settings.tenant_header)
        if settings.cors_origins
        else None
    )
    tracing = _tracing() if traces_are_wanted() else None
    app = connexion.AsyncApp(
        __name__,
        specification_dir=contract.FOLDER,
        strict_validation=True,
        validator_map=VALIDATORS,
        middlewares=list(_MIDDLEWARES),
        lifespan=_lifespan(
            {SHUTDOWN_KEY: shutdown, OVERLOAD_KEY: admission, CROSS_ORIGIN_KEY: cross_origin},
            poller,
            resources,
            tracing,
            partial(swept, settings, clock),
        ),
    )
    observer = Observer(routes, tracing.current_trace if tracing else trace_context)
    if tracing is not None:
        app.add_middleware(tracing.middleware(routes), MiddlewarePosition.BEFORE_EXCEPTION)
    app.add_middleware(
        ObservationMiddleware, MiddlewarePosition.BEFORE_EXCEPTION, observer=observer
    )
    if cross_origin is not None:
        app.add_middleware(
            CrossOriginMiddleware, MiddlewarePosition.BEFORE_EXCEPTION, cross_origin=cross_origin
        )
    app.add_middleware(OverloadMiddleware, MiddlewarePosition.BEFORE_EXCEPTION, admission=admission)
    contract_of_api = contract.api_specification(
        settings.tenant_header, settings.gateway_secret_header
    )
    site = site_resources(
        [_base_path(name) for name in catalog.versions],
        contract_of_api,
        contract.problem_descriptions(),
        _credentials_for_curl(settings),
    )
    routes.add_site()
    app.add_middleware(SiteMiddleware, MiddlewarePosition.BEFORE_ROUTING, resources=site)
    app.add_middleware(ExactPathMiddleware, MiddlewarePosition.BEFORE_ROUTING)
    app.add_middleware(BodyMiddleware, MiddlewarePosition.BEFORE_SECURITY)
    for version in catalog.versions.values():
        service = QueryService(
            engine,
            poller,
            version,
            locations,
            clock,
            resources=resources,
            load=load,
            shutdown=shutdown,
        )
        base_path = _base_path(version.name)
        routes.add_api(base_path, contract_of_api)
        long_polls.add_api(base_path, contract_of_api)
        app.add_api(
            contract_of_api,
            base_path=base_path,
            resolver=_resolver(Handlers(service, version, settings.price_usd_per_tb, archive)),
            security_map=security_map(authenticator),
        )
    contract_of_health = contract.health_specification()
    routes.add("", contract_of_health)
    app.add_api(
        contract_of_health,
        base_path="",
        resolver=_resolver(HealthHandlers(engine, shutdown)),
    )
    app.add_error_handler(DataHistError, problem_response)
    for framework_error in (HTTPException, ProblemException):
        app.add_error_handler(framework_error, partial(http_problem_response, routes))
    app.add_error_handler(Exception, internal_response)
    return app


def _base_path(version: str) -> str:
    return f"/{version}/data_hist"


def _credentials_for_curl(settings: Settings) -> str:
    options = []
    if settings.gateway_secret is not None or settings.htpasswd_file is not None:
        options.append("-u NAME")
    if settings.tenant_required and settings.gateway_secret is None:
        options.append(f"-H '{settings.tenant_header}: TENANT'")
    return " ".join(options)


def _tracing() -> "Tracing | None":
    try:
        from data_hist.observability.tracing import Tracing
    except ImportError:
        _log.warning("OTEL_* asks for traces: install data-hist[otel] for them")
        return None
    return Tracing()


def _lifespan(
    state: dict[str, Any],
    poller: Poller,
    resources: ProcessResources,
    tracing: "Tracing | None",
    in_background: Callable[[], AbstractAsyncContextManager[None]],
) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
        async with in_background():
            yield state
        poller.close()
        await resources.close()
        if tracing is not None:
            tracing.close()

    return lifespan


def _resolver(handlers: object) -> Resolver:
    return Resolver(lambda operation_id: as_json(getattr(handlers, operation_id)))
