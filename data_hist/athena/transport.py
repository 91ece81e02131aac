"""The transport to AWS: sessions, deadlines for whole responses, retries, metrics, errors."""

import io
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPResponse
from importlib.metadata import version
from socket import socket
from typing import Any, Literal, TypeVar

import boto3
import botocore.session
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.config import Config
from botocore.loaders import Loader

from data_hist.athena.errors import THROTTLES, TRANSLATED, translate
from data_hist.athena.result_sets import leave_results_unparsed
from data_hist.errors import EngineError
from data_hist.observability import metrics
from data_hist.settings import Settings

CONFIG = Config(
    connect_timeout=3,
    read_timeout=8,
    # At least the number of threads that call at once, or botocore discards connections.
    max_pool_connections=64,
    # `Retrier` is the only layer that repeats calls: botocore does not notice a truncated response,
    # and its retries would multiply with these.
    retries={"mode": "standard", "total_max_attempts": 1},
    tcp_keepalive=True,
    # botocore builds its own for every call, which takes an eighth of the call's CPU time.
    user_agent=f"data-hist/{version('data-hist')}",
    # The API specification validates what callers send; this package writes everything else.
    parameter_validation=False,
    s3={"addressing_style": "path"},
)

_T = TypeVar("_T")

_STARTED_AT = "data_hist_started_at"


def create_session(settings: Settings) -> boto3.Session:
    """Create a session from the settings; unlike its clients it is not thread-safe."""
    key, secret = settings.access_key_id, settings.secret_access_key
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader())
    return boto3.Session(
        botocore_session=session,
        region_name=settings.region,
        aws_access_key_id=key.get_secret_value() if key else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
    )


@cache
def _loader() -> Loader:
    """Share the loader, which keeps the service descriptions: each has several megabytes."""
    return Loader()


def create_client(
    session: boto3.Session, service: Literal["athena", "s3"], settings: Settings
) -> Any:
    """Create a client whose calls observe `deadline` and are counted. Thread-safe."""
    client: Any = session.client(service, endpoint_url=settings.endpoint_url, config=CONFIG)
    # botocore has no public way to replace its connection classes.
    client._endpoint.http_session._pool_classes_by_scheme.update(http=_Pool, https=_SecurePool)
    events = client.meta.events
    # The first event of a call.
    events.register("provide-client-params", _start_timer)
    events.register("after-call", _count_response)
    events.register("after-call-error", _count_unreachable)
    if service == "athena":
        leave_results_unparsed(events)
    return client


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate every exception of boto3 into an error of this service."""
    try:
        yield
    except TRANSLATED as error:
        raise translate(error) from error


class _ThreadDeadline(threading.local):
    at: float | None = None


_deadline = _ThreadDeadline()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Abort responses that this thread has not received in full after `seconds`.

    botocore's read timeout starts again with every chunk, so that it never ends a response that
    trickles in.
    """
    outer = _deadline.at
    _deadline.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _deadline.at = outer


@dataclass(frozen=True)
class RetryPolicy:
    """The longest time for one attempt and for all attempts together."""

    attempt_seconds: float
    total_seconds: float


class RetryBudget:
    """Limits retries to a share of the requests, so that they do not multiply the load.

    Ten retries are available at once, so that a single failure goes unnoticed. Thread-safe.

    Args:
        retries_per_100: How many retries a hundred requests earn.
    """

    # In hundredths of a retry, which add up exactly.
    _COST = 100
    _CAPACITY = 1000

    def __init__(self, retries_per_100: int = 15) -> None:
        self._earned_per_request = retries_per_100
        self._lock = threading.Lock()
        self._available = self._CAPACITY

    def count_request(self) -> None:
        """Earn a share of a retry."""
        with self._lock:
            self._available = min(self._available + self._earned_per_request, self._CAPACITY)

    def take_retry(self) -> bool:
        """Spend one retry, if one is available."""
        with self._lock:
            if self._available < self._COST:
                return False
            self._available -= self._COST
            return True


class Retrier:
    """Repeats calls that are safe to make twice. Thread-safe.

    Args:
        max_attempts: How many times a call is made before it fails.
        budget: Limits the retries of all calls together.
        first_pause_seconds: The longest pause before the first retry; it doubles with each retry.
        clock: A monotonic clock, in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        *,
        max_attempts: int = 3,
        budget: RetryBudget | None = None,
        first_pause_seconds: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._max_attempts = max_attempts
        self._budget = budget or RetryBudget()
        self._first_pause_seconds = first_pause_seconds
        self._clock = clock
        self._sleep = sleep

    def call(self, function: Callable[[], _T], policy: RetryPolicy) -> _T:
        """Call a function until it succeeds, fails for good, or its time is up.

        Raises:
            EngineError: The error of the last attempt; `unconfirmed` if any attempt was.
        """
        self._budget.count_request()
        ends_at = self._clock() + policy.total_seconds
        attempt, unconfirmed = 1, False
        while True:
            try:
                with deadline(min(policy.attempt_seconds, ends_at - self._clock())):
                    return function()
            except EngineError as error:
                # An earlier attempt may have been accepted, although this one was refused.
                error.unconfirmed = unconfirmed = unconfirmed or error.unconfirmed
                longest_pause = self._first_pause_seconds * 2 ** (attempt - 1)
                pause = random.uniform(0, longest_pause)  # noqa: S311
                is_last = attempt == self._max_attempts or self._clock() + pause >= ends_at
                if is_last or not error.transient or not self._budget.take_retry():
                    raise
            self._sleep(pause)
            attempt += 1


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until the thread's deadline."""

    def __init__(self, sock: socket, raw: io.RawIOBase) -> None:
        self._socket = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if _deadline.at is not None:
            left = _deadline.at - time.monotonic()
            if left <= 0:
                raise TimeoutError("The response did not arrive before its deadline.")
            self._socket.settimeout(min(left, self._socket.gettimeout() or left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_DeadlineReader(sock, self.fp.detach()))


class _Connection(AWSHTTPConnection):
    response_class = _Response  # type: ignore[assignment]  # botocore's stubs want its own class


class _SecureConnection(AWSHTTPSConnection):
    response_class = _Response  # type: ignore[assignment]  # botocore's stubs want its own class


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _start_timer(context: dict[str, Any], **_event: Any) -> None:
    context[_STARTED_AT] = time.perf_counter()


def _count_response(
    http_response: Any, parsed: Any, context: dict[str, Any], event_name: str, **_event: Any
) -> None:
    _count(event_name, _outcome(http_response.status_code, parsed), context)


def _outcome(status: int, parsed: Any) -> str:
    if status < 300:
        return "ok"
    if status == 429 or str(parsed.get("Error", {}).get("Code", "")) in THROTTLES:
        return "throttled"
    return "refused" if status < 500 else "failed"


def _count_unreachable(context: dict[str, Any], event_name: str, **_event: Any) -> None:
    _count(event_name, "unreachable", context)


def _count(event_name: str, outcome: str, context: dict[str, Any]) -> None:
    seconds = time.perf_counter() - context[_STARTED_AT]
    metrics.aws_call_ended(event_name.rpartition(".")[2], outcome, seconds)
