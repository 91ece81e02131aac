"""What a load balancer and a monitor ask: whether the service can work, and how it does."""

import asyncio

from starlette.responses import Response

from data_hist.athena import AthenaClient
from data_hist.errors import EngineUnavailable, ShuttingDown
from data_hist.http.shutdown import Shutdown
from data_hist.observability import metrics

_READINESS_SECONDS = 5
_WELL = {"status": "ok"}


class HealthOperations:
    """The operations of `openapi/health.yaml`."""

    def __init__(self, engine: AthenaClient, shutdown: Shutdown) -> None:
        self._engine = engine
        self._shutdown = shutdown

    async def get_health(self) -> dict[str, str]:
        """Answer, without asking anybody else."""
        return _WELL

    async def get_readiness(self) -> dict[str, str]:
        """Answer when Athena and the result bucket do and are set up as this service needs."""
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
        return _WELL

    async def get_metrics(self) -> Response:
        """Give the numbers of all workers; to read them takes a while, so not on the event loop."""
        text = await asyncio.to_thread(metrics.exposition)
        return Response(text, media_type=metrics.CONTENT_TYPE)
