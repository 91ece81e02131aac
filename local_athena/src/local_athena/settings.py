"""The settings of an endpoint.

Plain values; `command` reads them from the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_athena.backends.trino.client import TrinoServer

DEFAULT_BUCKET = "local-athena-results"


@dataclass(frozen=True)
class CallRate:
    """A quota on calls: a token bucket of `burst` tokens, refilled at `per_second`."""

    per_second: float
    burst: int


@dataclass(frozen=True)
class LocalAthenaSettings:
    """The settings of one endpoint.

    Attributes:
        state: The folder of executions and S3 objects; one process at a time locks it.
        data: The folder that stands for the bucket of the tables; DuckDB reads it.
        trino: The cluster that runs statements instead of DuckDB; none by default.
        host: The address to bind. There is no authentication: anyone who reaches it may query.
        port: The port to bind; 0 for any free port.
        workers: How many queries run at once; the rest wait in the queue.
        query_timeout_seconds: The longest running time of a query; 30 minutes on Athena.
        memory_limit_bytes: DuckDB's limit for each worker.
        threads: DuckDB's threads for each worker.
        max_results_bytes: The disk space for results. The oldest are deleted first; no single
            result may exceed it.
        max_converted_bytes: The disk space for files of JSON lines that were converted to Parquet
            after a query has read them; 0 converts none.
        secret_access_key: What presigned URLs have to be signed with; by default, their signatures
            are not checked, only their form and expiry.
        bucket: The bucket that exists from the start.
        enforce_workgroup: The workgroup overrides the output location of each query.
        workgroup_output_location: The output location of the workgroup; none by default.
        workgroups: Further workgroups, and after how many scanned bytes each cancels a query; None
            for no limit.
        max_active_queries: The quota on queued and running queries; none by default.
        call_rates: Quotas by operation, such as `GetQueryExecution`; none by default.
    """

    state: Path
    data: Path | None = None
    trino: TrinoServer | None = None
    host: str = "127.0.0.1"
    port: int = 4570
    workers: int = 2
    query_timeout_seconds: float = 1800.0
    memory_limit_bytes: int = 10**9
    threads: int = 2
    max_results_bytes: int = 10 * 1024**3
    max_converted_bytes: int = 1024**3
    secret_access_key: str | None = field(default=None, repr=False)
    bucket: str = DEFAULT_BUCKET
    enforce_workgroup: bool = False
    workgroup_output_location: str | None = None
    workgroups: Mapping[str, int | None] = field(default_factory=dict)
    max_active_queries: int | None = None
    call_rates: Mapping[str, CallRate] = field(default_factory=dict)
