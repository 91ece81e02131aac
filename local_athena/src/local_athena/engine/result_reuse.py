"""Find an earlier result that a request may use again instead of running its statement."""

from datetime import UTC, datetime, timedelta

from local_athena.engine.execution_registry import ExecutionRegistry
from local_athena.engine.executions import Execution, Request
from local_athena.engine.same_query import is_reusable
from local_athena.s3_api.object_store import ObjectStore, split_location


def find_reusable(
    request: Request, registry: ExecutionRegistry, objects: ObjectStore
) -> Execution | None:
    """Find the newest execution of the same query whose result still exists and is young enough."""
    if request.reuse_minutes is None or not is_reusable(request.sql):
        return None
    oldest = datetime.now(UTC) - timedelta(minutes=request.reuse_minutes)
    for earlier in reversed(registry.succeeded()):
        # One that used a result again is younger than that result.
        is_source = earlier.substatement == "SELECT" and earlier.reused is None
        is_young = earlier.completed_at is not None and earlier.completed_at > oldest
        if not is_source or not is_young or not request.has_result_of(earlier.request):
            continue
        if objects.has(*split_location(earlier.result_location)):
            return earlier
    return None
