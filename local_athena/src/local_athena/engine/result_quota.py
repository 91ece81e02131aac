"""Limit the disk space of results: delete the oldest first."""

from local_athena.engine.execution_registry import ExecutionRegistry
from local_athena.engine.executions import Execution
from local_athena.s3_api.object_store import ObjectStore, split_location


class ResultQuota:
    """The quota on the disk space of results. Not thread-safe."""

    def __init__(self, ledger: ExecutionRegistry, objects: ObjectStore, max_bytes: int) -> None:
        self._ledger = ledger
        self._objects = objects
        self._max_bytes = max_bytes
        self._gone: set[str] = set()
        self._seen = 0

    def enforce(self) -> None:
        """Delete the oldest results until the rest fits; always keep the newest."""
        seen, self._seen = self._seen, self._ledger.results
        if seen == self._seen or self._excess() <= 0:
            return
        for result in self._kept():
            if not self._exists(result):
                self._gone.add(result.id)
        for result in self._kept()[:-1]:
            if self._excess() <= 0:
                return
            self._objects.delete(*split_location(result.result_location))
            self._gone.add(result.id)

    def _kept(self) -> list[Execution]:
        return [each for each in self._ledger.succeeded() if each.id not in self._gone]

    def _excess(self) -> int:
        return sum(each.statistics.output_bytes for each in self._kept()) - self._max_bytes

    def _exists(self, execution: Execution) -> bool:
        file = self._objects.open(*split_location(execution.result_location))
        if file is not None:
            file.close()
        return file is not None
