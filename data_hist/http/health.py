"""The operations for load balancers and monitors: liveness, readiness and metrics."""

import asyncio

from starlette.responses import Response

from data_hist.athena.client import AthenaClient
from data_hist.errors import EngineUnavailable, ShuttingDown
from data_hist.http.shutdown import Shutdown
from data_hist.observability import metrics

_READINESS_SECONDS = 5
_OK = {"status": "ok"}


class HealthOperations:
    """The operations of `openapi/health.yaml`."""

    def __init__(self, engine: AthenaClient, shutdown: Shutdown) -> None:
        self._engine = engine
        self._shutdown = shutdown

    async def get_health(self) -> dict[str, str]:
        """Respond without asking any other service."""
        return _OK

    async def get_readiness(self) -> dict[str, str]:
        """Check that Athena and the result bucket answer and are configured correctly."""
        if self._shutdown.is_announced:
            raise ShuttingDown(
                "This worker is about to stop.", retry_after_seconds=_READINESS_SECONDS
            )
        try:
            async with asyncio.timeout(_READINESS_SECONDS):
                await asyncio.to_thread(self._engine.check)
        except TimeoutError:
            raise EngineUnavailable(
                f"The query engine does not answer within {_READINESS_SECONDS} seconds.",
                retry_after_seconds=_READINESS_SECONDS,
            ) from None
        return _OK

    async def get_metrics(self) -> Response:
        """Respond with the metrics of all workers, read on a thread because it takes a while."""
        text = await asyncio.to_thread(metrics.exposition)
        return Response(text, media_type=metrics.CONTENT_TYPE)
