"""OpenTelemetry traces, imported only if the environment asks for them.

The instrumentations record addresses and messages of exceptions, which may quote SQL and S3 paths;
only the attributes that are listed here leave the process.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Status, format_span_id, format_trace_id, get_current_span
from starlette.types import ASGIApp, Scope

from data_hist.observability.request_context import TraceContext

_KEPT_ATTRIBUTES = frozenset(
    {
        *("http.method", "http.request.method", "http.status_code", "http.response.status_code"),
        *("http.route", "http.scheme", "url.scheme", "http.flavor", "network.protocol.version"),
        *("rpc.system", "rpc.service", "rpc.method", "cloud.region", "aws.request_id"),
        "retry_attempts",
    }
)


class Tracing:
    """Spans of requests and of calls to AWS, configured by the OTEL_* variables.

    Args:
        exporter: Where spans go; chosen by OTEL_TRACES_EXPORTER by default.
    """

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        self._provider = TracerProvider(resource=_resource())
        redacting = _RedactingExporter(exporter or _default_exporter())
        self._provider.add_span_processor(BatchSpanProcessor(redacting))
        self._botocore = BotocoreInstrumentor()  # type: ignore[no-untyped-call]
        self._botocore.instrument(tracer_provider=self._provider)

    def middleware(self, route_of: Callable[[str], str]) -> Callable[[ASGIApp], ASGIApp]:
        """Return ASGI middleware that records a span for each request, named by its route."""

        def span_details(scope: Scope) -> tuple[str, dict[str, str]]:
            route = route_of(scope["path"])
            return f"{scope['method']} {route}", {"http.route": route}

        def wrap(app: ASGIApp) -> ASGIApp:
            return OpenTelemetryMiddleware(
                app,
                default_span_details=span_details,
                tracer_provider=self._provider,
                exclude_spans=["receive", "send"],
            )

        return wrap

    @staticmethod
    def current_trace(_traceparents: Sequence[bytes]) -> TraceContext | None:
        """Return the span of the request being served; its parent, if any, is the caller's."""
        span = get_current_span()
        context = span.get_span_context()
        parent = getattr(span, "parent", None)
        return TraceContext(
            format_trace_id(context.trace_id),
            format_span_id(context.span_id),
            format_span_id(parent.span_id) if parent else None,
        )

    def close(self) -> None:
        """Export the spans that are left."""
        self._botocore.uninstrument()
        self._provider.shutdown()


class _RedactingExporter(SpanExporter):
    """Exports spans without anything that may quote SQL, locations or a caller."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_redact(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _redact(span: ReadableSpan) -> ReadableSpan:
    attributes: dict[str, Any] = dict(span.attributes or {})
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={key: attributes[key] for key in _KEPT_ATTRIBUTES & attributes.keys()},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _default_exporter() -> SpanExporter:
    if os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        return ConsoleSpanExporter()
    return OTLPSpanExporter()


def _resource() -> Resource:
    """Describe the service as the environment does, and name it data_hist by default."""
    is_named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    return Resource.create({} if is_named else {"service.name": "data_hist"})
