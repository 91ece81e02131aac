"""The composition root: the one place that wires the service together.

Importing it does nothing. `create_app` builds everything; its arguments are the seams for tests.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import connexion
from connexion.exceptions import ProblemException
from connexion.middleware import MiddlewarePosition
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from starlette.exceptions import HTTPException

from data_hist import contract
from data_hist.archive_policy import ArchivePolicy
from data_hist.athena import AthenaClient
from data_hist.authentication import authenticator_from
from data_hist.catalog import load_catalog
from data_hist.errors import DataHistError
from data_hist.front_door import BodyMiddleware, ExactPathMiddleware, RequestIdMiddleware
from data_hist.handlers import Handlers
from data_hist.health import HealthHandlers
from data_hist.request_validation import VALIDATORS
from data_hist.responses import (
    as_json,
    http_problem_response,
    internal_response,
    problem_response,
)
from data_hist.retention import ResultLocations
from data_hist.security_schemes import security_map
from data_hist.service import QueryService, utc_now
from data_hist.settings import Settings, load_settings
from data_hist.sweeper import swept

_SWAGGER_UI = SwaggerUIOptions(
    swagger_ui_path="/ui",
    swagger_ui_config={"displayRequestDuration": True, "defaultModelsExpandDepth": 0},
)


def create_app(
    settings: Settings | None = None,
    *,
    engine: AthenaClient | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> connexion.AsyncApp:
    """Build the ASGI application.

    Args:
        settings: Read from the environment when not given.
        engine: Made from the settings when not given.
        clock: The current time, in UTC.

    Raises:
        SettingsError: A setting is missing or wrong.
    """
    settings = settings or load_settings()
    engine = engine or AthenaClient(settings)
    locations = ResultLocations(settings.result_bucket, settings.result_prefix)
    archive = ArchivePolicy(settings.archived_after_days, settings.archived_after_days_of_customers)
    authenticator = authenticator_from(settings)
    services: list[QueryService] = []
    app = connexion.AsyncApp(
        __name__,
        specification_dir=contract.FOLDER,
        strict_validation=True,
        validator_map=VALIDATORS,
        lifespan=_lifespan(services, partial(swept, settings, clock)),
    )
    app.add_middleware(RequestIdMiddleware, MiddlewarePosition.BEFORE_EXCEPTION)
    app.add_middleware(ExactPathMiddleware, MiddlewarePosition.BEFORE_SWAGGER)
    app.add_middleware(BodyMiddleware, MiddlewarePosition.BEFORE_SWAGGER)
    for version in load_catalog().versions.values():
        service = QueryService(engine, version, locations, clock, settings.max_query_days)
        services.append(service)
        app.add_api(
            contract.api_specification(settings.tenant_header, settings.gateway_secret_header),
            base_path=f"/{version.name}/data_hist",
            resolver=_resolver(Handlers(service, version, settings.price_usd_per_tb, archive)),
            security_map=security_map(authenticator),
            swagger_ui_options=_SWAGGER_UI,
        )
    app.add_api(
        "health.yaml",
        base_path="",
        resolver=_resolver(HealthHandlers(engine)),
        swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
    )
    app.add_error_handler(DataHistError, problem_response)
    for framework_error in (HTTPException, ProblemException):
        app.add_error_handler(framework_error, http_problem_response)
    app.add_error_handler(Exception, internal_response)
    return app


def _lifespan(
    services: list[QueryService], in_background: Callable[[], AbstractAsyncContextManager[None]]
) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        async with in_background():
            yield
        for service in services:
            service.close()

    return lifespan


def _resolver(handlers: object) -> Resolver:
    return Resolver(lambda operation_id: as_json(getattr(handlers, operation_id)))
