"""A client of a fault server, and what AWS answers there when all is well."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from data_hist.athena.client import AthenaClient, CallLimits
from data_hist.athena.transport import RetryPolicy, create_client, create_session
from data_hist.errors import (
    DataHistError,
    EngineUnavailable,
    Throttled,
)
from data_hist.settings import Settings
from tests.support.fault_server import (
    Fault,
    FaultServer,
    answer,
    bytes_of,
    drip,
    reset,
    silence,
)

ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"
TOKEN = "t" * 32
LOCATION = f"s3://results/a/{ID}.csv"
HTML = b"<html><body>Bad Gateway</body></html>"


def json_answer(document: object, status: str = "200 OK") -> bytes:
    return answer(status, json.dumps(document).encode())


def aws_error(code: str, status: str = "400 Bad Request", **members: str) -> bytes:
    return json_answer({"__type": code, "Message": "…"} | members, status)


EXECUTION = {
    "QueryExecutionId": ID,
    "Query": "SELECT 1",
    "ResultConfiguration": {"OutputLocation": LOCATION},
    "Status": {"State": "RUNNING", "SubmissionDateTime": 1732400000.5},
    "Statistics": {"DataScannedInBytes": 1},
}
RESULT = {
    "ResultSet": {
        "ResultSetMetadata": {"ColumnInfo": [{"Name": "n", "Type": "bigint"}]},
        "Rows": [{"Data": [{"VarCharValue": "n"}]}],
    }
}
OBJECT = b'"n"\n"1"\n'


@dataclass(frozen=True)
class Operation:
    """A call, what AWS answers to it when all is well, and what is made of that."""

    call: Callable[[AthenaClient], object]
    good: bytes
    attempts: int = 3


def start(client: AthenaClient) -> str:
    return client.start("SELECT 1", catalog="c", output_location="s3://r/", idempotency_token=TOKEN)


ATHENA = {
    "start": Operation(start, json_answer({"QueryExecutionId": ID})),
    "describe": Operation(
        lambda c: c.describe_many([ID]), json_answer({"QueryExecutions": [EXECUTION]}), attempts=1
    ),
    "describe_listed": Operation(
        lambda c: c.describe_listed([ID]), json_answer({"QueryExecutions": [EXECUTION]})
    ),
    "list": Operation(lambda c: c.list_query_ids(None), json_answer({"QueryExecutionIds": [ID]})),
    "columns": Operation(lambda c: c.columns(ID), json_answer(RESULT)),
    "rows": Operation(lambda c: c.engine_page(ID, None), json_answer(RESULT)),
}
OBJECT_ANSWER = answer(
    "206 Partial Content",
    OBJECT,
    'ETag: "e"',
    f"Content-Range: bytes 0-{len(OBJECT) - 1}/{len(OBJECT)}",
    kind="text/csv",
)
READ = Operation(lambda c: c.read_range(LOCATION, 0, 100), OBJECT_ANSWER)


def call_limits(attempt_seconds: float) -> CallLimits:
    """Limits under which an attempt takes so long at the most, and a call twice as long."""
    policy = RetryPolicy(attempt_seconds, 2 * attempt_seconds)
    return CallLimits(
        start=policy,
        read_rows=policy,
        other=policy,
        describe_seconds=attempt_seconds,
        first_pause_seconds=0.01,
    )


# No answer takes as long, on the busiest machine.
PATIENT = call_limits(120.0)
# Of a call that can only fail.
SHORT = call_limits(1.0)
# Of a call whose next attempt has to succeed, also on a busy machine.
LONG_ENOUGH = call_limits(4.0)
# Faults that only a deadline ends.
ENDLESS = {"silence", "dripping headers", "body drips"}


class Aws:
    """A client whose AWS is a fault server."""

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self._settings = Settings(
            region="eu-west-1",
            result_bucket="results",
            access_key_id=SecretStr("key"),
            secret_access_key=SecretStr("secret"),
            endpoint_url=server.url,
        )
        session = create_session(self._settings)
        self._athena = create_client(session, "athena", self._settings)
        self._s3 = create_client(session, "s3", self._settings)
        self.renew()

    def renew(self, limits: CallLimits = PATIENT) -> None:
        """Forget what was asked, and begin with all retries; boto3's clients are slow to make."""
        self.server.requests.clear()
        self.client = AthenaClient(self._settings, athena=self._athena, s3=self._s3, limits=limits)

    def after(self, operation: Operation, *faults: Fault) -> object:
        """What an operation gives when its first answers are these."""
        self.server.faults = list(faults)
        self.server.good = operation.good
        return operation.call(self.client)


ENDLESS_HEADERS = b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 100_000
# What passes by itself: the same call is made again.
PASSING: dict[str, tuple[Fault, type[DataHistError]]] = {
    "throttled": (bytes_of(aws_error("ThrottlingException")), Throttled),
    "too many requests": (bytes_of(aws_error("TooManyRequestsException")), Throttled),
    "429": (bytes_of(answer("429 Too Many Requests")), Throttled),
    "internal": (
        bytes_of(aws_error("InternalServerException", "500 Internal Server Error")),
        EngineUnavailable,
    ),
    "500 empty": (bytes_of(answer("500 Internal Server Error")), EngineUnavailable),
    "502 of a proxy": (
        bytes_of(answer("502 Bad Gateway", HTML, kind="text/html")),
        EngineUnavailable,
    ),
    "503 empty": (bytes_of(answer("503 Service Unavailable")), EngineUnavailable),
    "504 of a proxy": (
        bytes_of(answer("504 Gateway Timeout", HTML, kind="text/html")),
        EngineUnavailable,
    ),
    "reset": (reset, EngineUnavailable),
    "closed": (bytes_of(b""), EngineUnavailable),
    "no HTTP": (bytes_of(b"SSH-2.0-OpenSSH\r\n\r\n"), EngineUnavailable),
    "endless headers": (bytes_of(ENDLESS_HEADERS), EngineUnavailable),
    "silence": (silence, EngineUnavailable),
    "dripping headers": (drip(ENDLESS_HEADERS), EngineUnavailable),
}
