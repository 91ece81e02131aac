"""What all requests of a worker share on their way in and out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data_hist.auth.authentication import Authenticator, authenticator_from
from data_hist.http import specification
from data_hist.http.concurrency_limit import (
    OVERLOAD_KEY,
    ConcurrencyLimiter,
    ConcurrencyLimits,
    OverloadControl,
)
from data_hist.http.cors import CROSS_ORIGIN_KEY, CrossOrigin
from data_hist.http.request_observer import RequestObserver
from data_hist.http.routes import Routes
from data_hist.http.shutdown import SHUTDOWN_KEY, Shutdown
from data_hist.observability.request_context import RequestLog, parse_traceparent
from data_hist.settings import Settings

if TYPE_CHECKING:
    from data_hist.observability.tracing import Tracing


@dataclass(frozen=True)
class HttpEdge:
    """The HTTP objects that all requests of a worker share, whatever its catalog."""

    routes: Routes
    limiter: ConcurrencyLimiter
    overload: OverloadControl
    shutdown: Shutdown
    cross_origin: CrossOrigin | None
    observer: RequestObserver
    authenticator: Authenticator
    api_document: dict[str, Any]

    @classmethod
    def build(
        cls,
        settings: Settings,
        limits: ConcurrencyLimits,
        tracing: "Tracing | None",
        request_log: RequestLog | None,
    ) -> "HttpEdge":
        """Build them from the settings."""
        routes = Routes()
        limiter = ConcurrencyLimiter(settings.concurrent_requests, limits)
        # A request that is refused at the socket has no span of its own.
        record_refusal = RequestObserver(routes, parse_traceparent, request_log).record_refusal
        return cls(
            routes=routes,
            limiter=limiter,
            overload=OverloadControl(limiter, record_refusal, routes.long_poll_seconds),
            shutdown=Shutdown(settings.shutdown_notice_seconds),
            cross_origin=CrossOrigin(settings.cors_origins.split(), settings.tenant_header)
            if settings.cors_origins
            else None,
            observer=RequestObserver(
                routes, tracing.current_trace if tracing else parse_traceparent, request_log
            ),
            authenticator=authenticator_from(settings),
            api_document=specification.api_specification(
                settings.tenant_header, settings.gateway_secret_header
            ),
        )

    @property
    def lifespan_state(self) -> dict[str, Any]:
        """Return what the application passes to the server."""
        return {
            SHUTDOWN_KEY: self.shutdown,
            OVERLOAD_KEY: self.overload,
            CROSS_ORIGIN_KEY: self.cross_origin,
        }
