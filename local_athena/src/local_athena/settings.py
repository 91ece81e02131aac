"""What the embedded endpoint can be told.

Values only: who reads them from a command line or an environment is not this module's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_BUCKET = "local-athena-results"


@dataclass(frozen=True)
class CallRate:
    """A quota on calls: a bucket of `burst` tokens that refills at `per_second`."""

    per_second: float
    burst: int


@dataclass(frozen=True)
class LocalAthenaSettings:
    """How one endpoint runs.

    Attributes:
        data: The folder that stands for the bucket of the tables.
        state: Where executions and S3 objects are kept; one process at a time owns it.
        host: The address to bind; anyone who reaches it may query, there is no authentication.
        port: The port to bind; 0 takes a free one.
        workers: How many queries run at once; the rest wait in the queue.
        query_timeout_seconds: After this much running time a query fails; 30 minutes on Athena.
        memory_limit: DuckDB's limit for each worker, such as `1GB`.
        threads: DuckDB's threads for each worker.
        max_results_bytes: Room for the results; the oldest go first, no single one may exceed it.
        bucket: The bucket that exists from the start.
        enforce_workgroup: The workgroup overrides the output location of each query.
        workgroup_output_location: The location of the workgroup, none unless configured.
        max_active_queries: The quota on queued and running queries; none unless configured.
        call_rates: Quotas by operation, such as `GetQueryExecution`; none unless configured.
    """

    data: Path
    state: Path
    host: str = "127.0.0.1"
    port: int = 4570
    workers: int = 2
    query_timeout_seconds: float = 1800.0
    memory_limit: str = "1GB"
    threads: int = 2
    max_results_bytes: int = 10 * 1024**3
    bucket: str = DEFAULT_BUCKET
    enforce_workgroup: bool = False
    workgroup_output_location: str | None = None
    max_active_queries: int | None = None
    call_rates: Mapping[str, CallRate] = field(default_factory=dict)
