"""What stands between a browser and the service may do to an answer."""

import json

from data_hist.http.specification import problem_descriptions
from tests.reliability import faults
from tests.reliability.fault_proxy import Exchange, Fault

_PROBLEMS = problem_descriptions()


def problem(slug: str, **headers: str) -> Fault:
    """Refuse with a problem of the service, as its specification shows it."""
    sample = _PROBLEMS[slug]["value"]
    body = json.dumps(sample).encode()
    return faults.answered(sample["status"], body, "application/problem+json", **headers)


async def cut_in_the_middle(exchange: Exchange) -> None:
    """Send half of the body, and close."""
    answer = await exchange.answer()
    await exchange.send(answer.head + answer.body[: len(answer.body) // 2])
    exchange.reset()
