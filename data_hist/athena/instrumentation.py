"""The calls of AWS, counted as botocore tells of them: which, how they ended, how long it took."""

import time
from typing import Any

from data_hist.athena.errors import THROTTLES
from data_hist.observability import metrics

_BEGUN = "data_hist_begun"


def observe_calls(client: Any) -> None:
    """Count whatever a client calls from now on."""
    events = client.meta.events
    # The first event of a call.
    events.register("provide-client-params", _begin)
    events.register("after-call", _end)
    events.register("after-call-error", _end_without_answer)


def _begin(context: dict[str, Any], **_event: Any) -> None:
    context[_BEGUN] = time.perf_counter()


def _end(
    http_response: Any, parsed: Any, context: dict[str, Any], event_name: str, **_event: Any
) -> None:
    status = http_response.status_code
    if status < 300:
        outcome = "ok"
    elif status == 429 or _code(parsed) in THROTTLES:
        outcome = "throttled"
    else:
        outcome = "refused" if status < 500 else "failed"
    _count(event_name, outcome, context)


def _end_without_answer(context: dict[str, Any], event_name: str, **_event: Any) -> None:
    _count(event_name, "unreachable", context)


def _count(event_name: str, outcome: str, context: dict[str, Any]) -> None:
    seconds = time.perf_counter() - context[_BEGUN]
    metrics.aws_call_ended(_operation(event_name), outcome, seconds)


def _operation(event_name: str) -> str:
    return event_name.rpartition(".")[2]


def _code(answer: Any) -> str:
    return str(answer.get("Error", {}).get("Code", ""))
