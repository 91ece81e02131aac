"""Which Athena workgroup a tenant's queries run in, checked before the first of them starts there.

The workgroup of all other tenants is checked when the service starts, and by `/readyz`.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from data_hist.athena.client import AthenaClient
from data_hist.errors import EngineError, EngineUnavailable

_log = logging.getLogger(__name__)

_RETRY_SECONDS = 10


class TenantWorkgroups:
    """The workgroups of tenants that have their own. Thread-safe.

    Args:
        engine: Describes workgroups.
        own: The names of the workgroups by tenant; all others share one.
        clock: The current time, in UTC.
        checked_for: How long a workgroup counts as suitable once it was.
    """

    def __init__(
        self,
        engine: AthenaClient,
        own: Mapping[int, str],
        clock: Callable[[], datetime],
        checked_for: timedelta = timedelta(minutes=10),
    ) -> None:
        self._engine = engine
        self._own = own
        self._clock = clock
        self._checked_for = checked_for
        self._suitable_until: dict[str, datetime] = {}

    def own_of(self, tenant: int) -> str | None:
        """Return the name of a tenant's own workgroup; None for the one that tenants share."""
        return self._own.get(tenant)

    def require_suitable(self, tenant: int) -> str | None:
        """Return the same, once it is known that results lie there as this service needs it.

        Raises:
            EngineUnavailable: They do not; the log says what to change.
        """
        name = self.own_of(tenant)
        now = self._clock()
        if name is None or now < self._suitable_until.get(name, now):
            return name
        try:
            self._engine.check_workgroup(name)
        except EngineError as error:
            # Nothing was started yet.
            error.unconfirmed = False
            if error.code is None:
                raise
            _log.error("%s", error.detail)
            raise EngineUnavailable(
                "Your workgroup is not set up as this service needs it, which only its operator "
                "can mend.",
                retry_after_seconds=_RETRY_SECONDS,
            ) from error
        self._suitable_until[name] = now + self._checked_for
        return name
