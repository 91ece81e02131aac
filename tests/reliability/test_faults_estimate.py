"""A dry run answers whatever happens to the calls that its estimate needs, which is null then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from data_hist.app import Limits
from data_hist.queries.estimates import EstimateLimits
from data_hist.queries.limits import QueryLimits
from data_hist.queries.single_flight import SingleFlightLimits
from tests.reliability.fault_proxy import Fault, FaultProxy, on
from tests.reliability.faults import OF_ATHENA, OF_BOTH, OF_S3, SLOW
from tests.support.running_service import running_service, settings_for

NOTHING = timedelta(0)
UNHURRIED = EstimateLimits(
    seconds=120,
    past_kept=NOTHING,
    current_kept=NOTHING,
    template_kept=NOTHING,
    shared=SingleFlightLimits(errors_kept=NOTHING),
)
IMPATIENT = EstimateLimits(seconds=0.2)
SQL = "SELECT max(tags) FROM events WHERE dt = '2026-11-20'"
SPOILT = {
    "ListObjects": OF_BOTH | OF_S3,
    # Athena passes on that there is no such table, which is no fault.
    "GetTableMetadata": OF_BOTH | OF_ATHENA,
}
CASES = [(operation, name) for operation, faults in SPOILT.items() for name in faults]


def estimate(client: httpx.Client) -> dict[str, Any]:
    response = client.post("/query", json={"query": SQL, "dry_run": True})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["estimate"]
    assert (found["partitions"], found["bounded"]) == (1440, True)
    return found


@pytest.fixture(scope="module")
def service(proxy: FaultProxy) -> Iterator[httpx.Client]:
    limits = Limits(queries=QueryLimits(estimates=UNHURRIED))
    with running_service(settings_for(proxy.url), limits=limits) as client:
        yield client


@pytest.mark.whole_ranges
@pytest.mark.parametrize(("operation", "name"), CASES)
def test_a_fault_leaves_the_estimate_open_and_nothing_else(
    service: httpx.Client, proxy: FaultProxy, operation: str, name: str
) -> None:
    fault: Fault = SPOILT[operation][name]
    proxy.spoilt.clear()

    with proxy.spoiling(on(fault, operation)):
        spoilt = estimate(service)

    assert proxy.spoilt[operation] >= 1
    assert (spoilt["scanned_bytes"], spoilt["files"], spoilt["cost_usd"]) == (None, None, None)
    assert estimate(service)["files"] == 20


@pytest.mark.parametrize("operation", SPOILT)
@pytest.mark.parametrize("name", SLOW)
def test_an_answer_that_does_not_end_is_not_waited_for(
    proxy: FaultProxy, operation: str, name: str
) -> None:
    limits = Limits(queries=QueryLimits(estimates=IMPATIENT))
    with (
        running_service(settings_for(proxy.url), limits=limits) as client,
        proxy.spoiling(on(SLOW[name], operation)),
    ):
        assert estimate(client)["scanned_bytes"] is None
