"""When a request is sent again, and how long before."""

import pytest
from data_hist_client import DataHistError, ServiceUnreachable
from data_hist_client.messages import Broken, Pause, Reply, Request
from data_hist_client.retries import exchange

from tests.scripted import FEW, played, problem, reply

ASKED = Request("GET", "/status/x")
OK = reply(200, {})
BROKEN = Broken("nobody listens")
BUSY = reply(503, problem("overloaded", 503, retryable=True), retry_after="7")
LATER = "Mon, 30 Nov 2026 03:00:09 GMT"
NOW = "Mon, 30 Nov 2026 03:00:00 GMT"


@pytest.mark.parametrize(
    ("outcomes", "pauses"),
    [
        ([OK], []),
        ([BROKEN, OK], [0.5]),
        ([BROKEN, BROKEN, BROKEN, OK], [0.5, 1.0, 2.0]),
        ([BUSY, OK], [7.0]),
        ([reply(429, problem("throttled", 429, retryable=True)), OK], [0.5]),
        ([reply(409, problem("query-not-finished", 409, retryable=True)), OK], [0.5]),
        # A gateway has no problem document, and may give a date.
        ([reply(502), OK], [0.5]),
        ([reply(503, retry_after=LATER, date=NOW), OK], [9.0]),
        ([reply(503, retry_after="soon", date=NOW), OK], [0.5]),
        ([reply(504, ["no object"]), OK], [0.5]),
    ],
)
def test_what_may_succeed_later_is_sent_again(
    outcomes: list[Reply | Broken], pauses: list[float]
) -> None:
    result, steps = played(exchange(ASKED, FEW), outcomes)

    assert result == OK
    assert [step.seconds for step in steps if isinstance(step, Pause)] == pauses
    assert [step for step in steps if isinstance(step, Request)] == [ASKED] * len(outcomes)


@pytest.mark.parametrize(
    "outcomes",
    [
        [BROKEN] * 4,
        [BUSY] * 4,
        [reply(400, problem("invalid-request", 400))],
        [reply(500, problem("internal", 500))],
        [reply(502, problem("engine-error", 502))],
        [reply(404)],
        [reply(503, problem("overloaded", 503, retryable=True), retry_after="3600")],
    ],
)
def test_what_goes_on_failing_is_an_error(outcomes: list[Reply | Broken]) -> None:
    script = iter(outcomes)

    with pytest.raises(DataHistError):
        played(exchange(ASKED, FEW), script)

    assert next(script, None) is None


@pytest.mark.parametrize("outcome", [BROKEN, BUSY])
def test_what_may_not_be_repeated_is_sent_once(outcome: Reply | Broken) -> None:
    once = Request("POST", "/saved", is_repeatable=False)

    with pytest.raises(DataHistError):
        played(exchange(once, FEW), [outcome])


def test_an_error_says_what_broke() -> None:
    with pytest.raises(ServiceUnreachable, match="nobody listens"):
        played(exchange(ASKED, FEW), [BROKEN] * 4)
