"""GET /tables/{table}/fields lists what is in the payloads, from one sample that requests share."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from data_hist.athena.client import AthenaClient
from tests.support.api_calls import as_tenant, assert_problem, listed_queries, submitted
from tests.support.archive_files import FIRST_ARRIVAL, record, write_records
from tests.support.endpoint import running_endpoint
from tests.support.log_lines import log_lines
from tests.support.running_service import running_service, settings_for

OWN, OTHER, OPERATOR = as_tenant(11001), as_tenant(11002), as_tenant(1)
HOUR_MS = 3_600_000
START_MS = int(FIRST_ARRIVAL.timestamp() * 1000)
RANGE = {"from": "2026-11-20T05:00:00Z", "to": "2026-11-20T06:00:00Z"}
KEYS = ["level", "a b", "a.b", 'a"b', "a\\b", "it's", "日本", "1a", "*", "", "a]b", "a-b", "[0]"]


class TurnedClock:
    """A clock that the test turns on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def started(endpoint_url: str) -> int:
    """How many queries the endpoint has run."""
    engine = AthenaClient(settings_for(endpoint_url))
    ids, token = engine.list_query_ids(None)
    while token is not None:
        more, token = engine.list_query_ids(token)
        ids += more
    return len(ids)


def payload(random: Random, depth: int = 0) -> dict[str, Any]:
    """A payload of strange keys and nested values."""

    def value() -> Any:
        if depth < 3 and random.random() < 0.4:
            inner = payload(random, depth + 1)
            return inner if random.random() < 0.6 else [inner, random.randrange(3)]
        return random.choice([None, True, 7, -1, 0.25, 10**18, "INFO", "it's 5", "Größe", "a\nb"])

    return {random.choice(KEYS): value() for _ in range(4)}


@pytest.fixture(scope="module")
def field_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("field-archive")
    random = Random(7)  # noqa: S311 - the same payloads each time
    own = [record(n, 11001, data=payload(random)) for n in range(50)]
    others = [record(n, 11002, data={"secret": n, "level": "INFO"}) for n in range(10)]
    later = [record(n * 60, 11003, data={f"h{n}": n}) for n in range(1, 60)]
    write_records(root, "events", [*own, *others, *later])
    return root


@pytest.fixture(scope="module")
def endpoint_of_fields(
    field_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with running_endpoint(field_archive, tmp_path_factory.mktemp("state")) as url:
        yield url


@pytest.fixture(scope="module")
def fields_client(endpoint_of_fields: str) -> Iterator[httpx.Client]:
    with running_service(settings_for(endpoint_of_fields, tenant_required=True)) as client:
        yield client


def fields(client: httpx.Client, headers: dict[str, str] = OWN, **changes: str) -> dict[str, Any]:
    response = client.get(
        "/tables/events/fields", params=RANGE | {"wait_seconds": "30"} | changes, headers=headers
    )
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def test_fields_have_types_shares_and_values(fields_client: httpx.Client) -> None:
    found = fields(fields_client, OTHER)

    assert found["fields"] == [
        {
            "column": "data",
            "path": "$.level",
            "type": "varchar",
            "share": 1.0,
            "values": ["INFO"],
        },
        {
            "column": "data",
            "path": "$.secret",
            "type": "bigint",
            "share": 1.0,
            "values": [str(n) for n in range(10)],
        },
    ]
    assert (found["sampled_records"], found["fields_left_out"]) == (10, 0)
    assert (found["sampled_from"], found["sampled_to"]) == (
        "2026-11-20T05:00:00.000Z",
        "2026-11-20T06:00:00.000Z",
    )
    assert found["scanned_bytes"] > 0


def test_each_path_selects_its_values(fields_client: httpx.Client) -> None:
    # The embedded endpoint refuses some names; a real Trino reads them all.
    found = [
        field
        for field in fields(fields_client)["fields"]
        if field["values"] and not re.search(r"""\\|""|"\*\"""", field["path"])
    ][:80]
    assert {"$.level", '$["a b"]', '$["it\'s"]', '$["日本"]'} <= {field["path"] for field in found}
    assert any("[*]" in field["path"] for field in found)
    aggregates = ", ".join(
        f"array_agg(DISTINCT json_extract_scalar(data, {literal(field['path'])}))"
        for field in found
    )

    sql = f"SELECT CAST(ARRAY[{aggregates}] AS json) FROM events"
    document = submitted(fields_client, sql, results_per_page=1, headers=OWN)
    ((row,),) = document["page"]["rows"]

    for field, selected in zip(found, row, strict=True):
        values = set(field["values"])
        is_complete = len(values) < 10
        if "[*]" not in field["path"]:
            assert values <= set(selected), field
        if is_complete:
            assert set(selected) - {None} <= values, field


def literal(path: str) -> str:
    """A path as a SQL literal, with the first element for any."""
    return "'" + path.replace("[*]", "[0]").replace("'", "''") + "'"


def test_many_requests_at_once_share_one_query(
    fields_client: httpx.Client, endpoint_of_fields: str
) -> None:
    # Another worker knows nothing of the first but the token that Athena knows.
    with running_service(settings_for(endpoint_of_fields, tenant_required=True)) as second:
        before = started(endpoint_of_fields)
        clients = [fields_client, second] * 10
        with ThreadPoolExecutor(len(clients)) as threads:
            found = list(threads.map(lambda each: fields(each, OTHER, service="filebeat"), clients))

        assert started(endpoint_of_fields) == before + 1
        assert all(each == found[0] for each in found)
        assert found[0]["sampled_records"] == 5


def test_a_sample_is_kept_for_an_hour_and_for_its_tenant(endpoint_of_fields: str) -> None:
    clock = TurnedClock()
    settings = settings_for(endpoint_of_fields, tenant_required=True)
    with running_service(settings, clock) as client:
        before = started(endpoint_of_fields)
        first = fields(client, OTHER, **{"from": "2026-11-20T01:59:00Z", "to": "2026-11-20T05:10"})

        # All of these are the same hours.
        assert fields(client, OTHER, **{"from": "2026-11-20T02:00:00+01:00"}) == first
        hours = {"from": str(START_MS - 4 * HOUR_MS + 1), "to": str(START_MS + HOUR_MS)}
        assert fields(client, OTHER, **hours) == first
        assert started(endpoint_of_fields) == before + 1

        assert fields(client, OWN, **hours)["sampled_records"] == 50
        assert fields(client, OTHER, service="iam-admin", **hours)["sampled_records"] == 5
        more_hours = hours | {"to": "2026-11-20T07:00:00Z"}
        assert fields(client, OTHER, **more_hours)["fields"] == first["fields"]
        assert started(endpoint_of_fields) == before + 4

        clock.now += timedelta(hours=2)
        assert fields(client, OTHER, **hours)["fields"] == first["fields"]
        assert started(endpoint_of_fields) == before + 5


def test_nobody_sees_anothers_rows(fields_client: httpx.Client) -> None:
    own = {field["path"] for field in fields(fields_client, OWN)["fields"]}
    other = {field["path"] for field in fields(fields_client, OTHER)["fields"]}
    everyone = fields(fields_client, OPERATOR)

    assert "$.secret" in other
    assert "$.secret" not in own
    assert {"$.secret", '$["a b"]'} <= {field["path"] for field in everyone["fields"]}
    assert everyone["sampled_records"] == 60
    assert fields(fields_client, as_tenant(11009))["fields"] == []


def test_only_the_newest_day_of_a_range_is_read(fields_client: httpx.Client) -> None:
    found = fields(fields_client, as_tenant(11003), to="2026-11-22T10:00:00Z")

    assert {field["path"] for field in found["fields"]} == {f"$.h{n}" for n in range(29, 53)}
    assert found["sampled_from"] == "2026-11-21T10:00:00.000Z"
    assert found["sampled_to"] == "2026-11-22T10:00:00.000Z"


def test_a_sample_is_no_query_of_the_tenants(fields_client: httpx.Client) -> None:
    fields(fields_client, as_tenant(11003))

    assert listed_queries(fields_client, 11003) == []


def test_the_caller_alone_may_keep_the_response(fields_client: httpx.Client) -> None:
    response = fields_client.get("/tables/events/fields", params=RANGE, headers=OWN)

    kind, age = response.headers["cache-control"].split(", max-age=")
    assert kind == "private"
    assert 0 < int(age) <= 3600
    assert "X-Trebuchet-Tenant-Id" in response.headers["vary"]


def test_without_waiting_the_sample_goes_on(fields_client: httpx.Client) -> None:
    asked = RANGE | {"to": "2026-11-20T15:00:00Z", "wait_seconds": "0"}
    pending = fields_client.get("/tables/events/fields", params=asked, headers=OWN)

    assert pending.status_code == 202
    assert pending.headers["retry-after"] == "1"
    assert "cache-control" not in pending.headers
    found = fields_client.get(
        "/tables/events/fields",
        params=RANGE | {"to": asked["to"]},
        headers=OWN | {"Prefer": "wait=30"},
    )
    assert found.status_code == 200
    assert found.headers["preference-applied"] == "wait=30"
    again = fields_client.get("/tables/events/fields", params=asked, headers=OWN)
    assert again.json() == found.json()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"from": "yesterday"}, "/from"),
        ({"from": "2026-11-20T05:00:00 01:00"}, "/from"),
        ({"from": "-5"}, "/from"),
        ({"from": "1"}, None),
        ({"to": "99999999999999999"}, "/to"),
        ({"to": "9999-12-31T23:59:59Z"}, "/to"),
        ({"to": "2026-11-20T05:00:00Z"}, "/to"),
        ({"from": ""}, "/from"),
        ({"form": "1"}, "/form"),
        ({"wait_seconds": "31"}, "/wait_seconds"),
    ],
)
def test_a_range_that_is_none_is_refused(
    fields_client: httpx.Client, changes: dict[str, str], pointer: str | None
) -> None:
    response = fields_client.get("/tables/events/fields", params=RANGE | changes, headers=OWN)

    if pointer is None:
        assert response.status_code == 200
    else:
        problem = assert_problem(response, 400, "invalid-request")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("missing", ["from", "to"])
def test_nothing_is_read_without_a_range(fields_client: httpx.Client, missing: str) -> None:
    given = {name: value for name, value in RANGE.items() if name != missing}
    response = fields_client.get("/tables/events/fields", params=given, headers=OWN)

    problem = assert_problem(response, 400, "invalid-request")
    assert f"'{missing}'" in problem["detail"] or missing in problem["detail"]


def test_the_log_has_the_route_and_no_value(fields_client: httpx.Client) -> None:
    with log_lines() as lines:
        response = fields_client.get(
            "/tables/events/fields", params=RANGE | {"service": "secretservice"}, headers=OTHER
        )

        assert response.status_code == 200
        line = lines.about(response.headers["x-request-id"])
        assert line["route"] == "/v0/data_hist/tables/{table}/fields"
        assert "secret" not in lines.text


def test_a_table_that_is_none_is_not_sampled(fields_client: httpx.Client) -> None:
    response = fields_client.get("/tables/event/fields", params=RANGE, headers=OWN)

    assert "did you mean 'events'?" in assert_problem(response, 404, "not-found")["detail"]
