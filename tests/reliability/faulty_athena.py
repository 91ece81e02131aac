"""A client of Athena that fails in every way botocore knows, on a turned clock.

It keeps what Athena would keep: each query once, by its token, and whether it was stopped.
"""

import inspect
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import botocore.session
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.turned_time import START, TurnedLoop

FAILING_SQL = "SELECT 'fails'"
INVISIBLE_SECONDS = 1.5

_LONGEST_CALL_SECONDS = 4.0
_LONGEST_RUN_SECONDS = 40.0
# Nothing has been sent to AWS.
_BEFORE_SENDING = (
    exceptions.ConnectTimeoutError,
    exceptions.CredentialRetrievalError,
    exceptions.EndpointConnectionError,
    exceptions.MetadataRetrievalError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ProxyConnectionError,
    exceptions.TokenRetrievalError,
)
_MODEL = botocore.session.get_session().get_service_model("athena")
# Of gateways, of signatures and of quotas, which no service's model has.
_COMMON_CODES = {
    **dict.fromkeys(("ThrottlingException", "Throttling", "RequestLimitExceeded", "429"), 429),
    **dict.fromkeys(("AccessDeniedException", "UnrecognizedClientException", "403", "404"), 403),
    **dict.fromkeys(("ExpiredTokenException", "RequestTimeout", "SomethingNew", "NoSuchKey"), 400),
    **dict.fromkeys(("ServiceUnavailable", "InternalFailure", "500", "502", "503", "504"), 500),
    "PermanentRedirect": 301,
}


@dataclass(frozen=True)
class Fault:
    """What is raised, or answered, and whether the call may have been carried out before."""

    name: str
    make: Callable[[str], Any]
    may_be_done: bool

    def __call__(self, operation: str) -> Any:
        made = self.make(operation)
        if isinstance(made, Exception):
            raise made
        return made


def client_error(code: str, status: int, kind: str | None = None) -> Callable[[str], ClientError]:
    answer: dict[str, Any] = {
        "Error": {"Code": code, "Message": "QueryExecution was not found" if kind else "…"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **({"AthenaErrorCode": kind} if kind else {}),
    }
    return lambda operation: ClientError(answer, operation)  # type: ignore[arg-type]


def _answering(answer: dict[str, Any]) -> Callable[[str], Any]:
    """Answer so; a stop has no answer that could be wrong, and is broken off instead."""
    return lambda operation: answer if operation != "StopQueryExecution" else ValueError()


def _faults() -> list[Fault]:
    faults = [
        Fault(name, lambda _, kind=kind: kind.__new__(kind), not issubclass(kind, _BEFORE_SENDING))
        for name, kind in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(kind, BotoCoreError) or kind is exceptions.UndefinedModelAttributeError
    ]
    modelled = {
        shape.name: 500 if shape.metadata.get("fault") else 400 for shape in _MODEL.error_shapes
    }
    for code, status in (modelled | _COMMON_CODES).items():
        faults.append(Fault(code, client_error(code, status), status >= 500))
    for answer in ({}, {"QueryExecutionId": 7}, {"QueryExecutionId": None}, {"QueryExecutions": 1}):
        faults.append(Fault(str(answer), _answering(answer), may_be_done=True))
    for error in (ValueError(), AttributeError(), KeyError(), RecursionError(), TypeError()):
        faults.append(Fault(repr(error), lambda _, error=error: error, may_be_done=True))
    return faults


FAULTS = _faults()


@dataclass
class Execution:
    query_id: str
    request: dict[str, Any]
    started_at: float
    visible_at: float
    ends_at: float
    is_stopped: bool = False


class FaultyAthena:
    """Athena's client, as far as the service uses it for what has no rows.

    Args:
        loop: Its time passes while a call lasts.
        generator: Chooses what fails, and how.
        share: The share of calls that fail.
    """

    def __init__(self, loop: TurnedLoop, generator: random.Random, share: float) -> None:
        self._loop = loop
        self._generator = generator
        self.share = share
        self.executions: dict[str, Execution] = {}
        self.seen: set[tuple[str, str]] = set()
        self._by_token: dict[str, Execution] = {}

    @property
    def stopped(self) -> set[str]:
        return {each.query_id for each in self.executions.values() if each.is_stopped}

    @contextmanager
    def at_its_best(self) -> Iterator[None]:
        """Fail in nothing, for as long as the block lasts."""
        share, self.share = self.share, 0.0
        try:
            yield
        finally:
            self.share = share

    def of_token(self, token: str) -> str | None:
        execution = self._by_token.get(token)
        return execution and execution.query_id

    def start_query_execution(self, **request: Any) -> Any:
        return self._answer("StartQueryExecution", lambda: self._start(request))

    def batch_get_query_execution(self, **request: Any) -> Any:
        ids = request["QueryExecutionIds"]
        return self._answer("BatchGetQueryExecution", lambda: self._describe(ids))

    def stop_query_execution(self, **request: Any) -> Any:
        query_id = request["QueryExecutionId"]
        return self._answer("StopQueryExecution", lambda: self._stop(query_id))

    def list_query_executions(self, **_request: Any) -> Any:
        ids = list(reversed(self.executions))[:50]
        return self._answer("ListQueryExecutions", lambda: {"QueryExecutionIds": ids})

    def _answer(self, operation: str, do: Callable[[], Any]) -> Any:
        if self._generator.random() >= self.share:
            return do()
        fault = self._generator.choice(FAULTS)
        self.seen.add((operation, fault.name))
        if fault.may_be_done and self._generator.random() < 0.5:
            do()
        if self._generator.random() < 0.1:
            self._loop.pass_by(self._generator.uniform(0, _LONGEST_CALL_SECONDS))
        return fault(operation)

    def _start(self, request: dict[str, Any]) -> Any:
        earlier = self._by_token.get(request["ClientRequestToken"])
        if earlier is not None:
            if earlier.request != request:
                raise client_error("InvalidRequestException", 400, "IDEMPOTENT_PARAMETER_MISMATCH")(
                    "StartQueryExecution"
                )
            return {"QueryExecutionId": earlier.query_id}
        now = self._loop.time()
        execution = Execution(
            str(uuid.UUID(int=self._generator.getrandbits(128))),
            request,
            started_at=now,
            visible_at=now + self._generator.choice([0, INVISIBLE_SECONDS]),
            ends_at=now + self._generator.uniform(0, _LONGEST_RUN_SECONDS),
        )
        self.executions[execution.query_id] = execution
        self._by_token[request["ClientRequestToken"]] = execution
        return {"QueryExecutionId": execution.query_id}

    def _stop(self, query_id: str) -> Any:
        execution = self.executions[query_id]
        if execution.visible_at > self._loop.time():
            raise client_error("InvalidRequestException", 400, "QUERY_EXECUTION_NOT_FOUND")(
                "StopQueryExecution"
            )
        execution.is_stopped = True
        return {}

    def _describe(self, query_ids: Sequence[str]) -> Any:
        visible = [
            each
            for query_id in query_ids
            if (each := self.executions[query_id]).visible_at <= self._loop.time()
        ]
        unknown = set(query_ids) - {each.query_id for each in visible}
        return {
            "QueryExecutions": [self._description(each) for each in visible],
            "UnprocessedQueryExecutionIds": [
                {"QueryExecutionId": each, "ErrorCode": "QUERY_EXECUTION_NOT_FOUND"}
                for each in unknown
            ],
        }

    def _description(self, execution: Execution) -> dict[str, Any]:
        location = execution.request["ResultConfiguration"]["OutputLocation"]
        return {
            "QueryExecutionId": execution.query_id,
            "Query": execution.request["QueryString"],
            "ResultConfiguration": {"OutputLocation": f"{location}{execution.query_id}.csv"},
            "Status": self._status(execution),
        }

    def _status(self, execution: Execution) -> dict[str, Any]:
        status: dict[str, Any] = {
            "State": "RUNNING",
            "SubmissionDateTime": START + timedelta(seconds=execution.started_at),
        }
        if execution.ends_at > self._loop.time():
            return status
        status |= {
            "State": "SUCCEEDED",
            "CompletionDateTime": START + timedelta(seconds=execution.ends_at),
        }
        if execution.request["QueryString"].startswith(FAILING_SQL):
            status |= {
                "State": "FAILED",
                "StateChangeReason": "DIVISION_BY_ZERO: Division by zero",
                "AthenaError": {"ErrorCategory": 2, "ErrorType": 1001},
            }
        return status
