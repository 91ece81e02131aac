"""GET /tables describes the tables and columns that a caller may query."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.api_calls import assert_problem, submitted


@pytest.fixture(params=["v0", "v1"])
def of_version(request: pytest.FixtureRequest, client: httpx.Client) -> Iterator[httpx.Client]:
    """A client of each version."""
    with httpx.Client(base_url=client.base_url.join(f"/{request.param}/data_hist/")) as other:
        yield other


def test_tables_are_those_of_the_catalog(of_version: httpx.Client) -> None:
    tables = of_version.get("/tables").json()["tables"]

    assert [table["name"] for table in tables] == ["events", "metrics", "logs"]
    for table in tables:
        assert table["description"]
        assert all(column["description"] for column in table["columns"])


def test_names_of_the_newest_version_are_those_a_person_would_choose(client: httpx.Client) -> None:
    tables = client.get(client.base_url.join("/v1/data_hist/tables")).json()["tables"]
    columns = {
        table["name"]: [f"{column['name']} {column['type']}" for column in table["columns"]]
        for table in tables
    }
    common = ["time timestamp", "arrived timestamp", "tenant bigint", "service varchar"]
    rest = ["tags varchar", "data varchar"]
    own = {
        "events": ["level varchar", "message varchar"],
        "metrics": ["name varchar", "value double", "unit varchar", "labels json"],
        "logs": ["level varchar", "host varchar", "file varchar", "message varchar"],
    }

    assert columns == {name: [*common, *each, *rest] for name, each in own.items()}


@pytest.mark.parametrize("name", ["events", "metrics", "logs"])
def test_table(client: httpx.Client, name: str) -> None:
    table = client.get(f"/tables/{name}").json()

    assert table in client.get("/tables").json()["tables"]
    columns = {column["name"]: column["type"] for column in table["columns"]}
    assert columns["createdtimestamp"] == "bigint"
    assert columns["data"] == "varchar"
    assert not columns.keys() & {"resourceid", "operationid"}
    assert all(column["description"] for column in table["columns"])
    assert table["partition_columns"] == ["dt", "hr", "min"]
    assert table["required_columns"] == []


def test_a_client_need_not_know_the_names_of_columns(client: httpx.Client) -> None:
    table = client.get("/tables/events").json()
    roles = table["roles"]
    columns = {column["name"]: column for column in table["columns"]}

    assert roles["time"] == "createdtimestamp"
    assert roles["arrival"] == "arrivaltimestamp"
    assert roles["service"] == {"column": "servicename", "path": None}
    assert roles["level"] == {"column": "data", "path": "$.level"}
    assert roles["payloads"] == ["data"]
    assert {"column": "data", "path": "$.message"} in roles["shown"]
    assert "level" not in client.get("/tables/metrics").json()["roles"]
    assert columns["createdtimestamp"]["time"] == {"unit": "ms", "greatest_delay_minutes": None}
    assert columns["arrivaltimestamp"]["time"] == {"unit": "ms", "greatest_delay_minutes": 0}
    assert "time" not in columns["data"]


def test_what_has_a_role_can_be_selected(of_version: httpx.Client) -> None:
    for table in of_version.get("/tables").json()["tables"]:
        roles = table["roles"]
        fields = [*roles["shown"], *(roles[role] for role in ("service", "level") if role in roles)]
        names = [*roles["payloads"], roles["time"], roles["arrival"]]
        selected = ", ".join(
            f"json_extract_scalar({each['column']}, '{each['path']}')"
            if each["path"]
            else each["column"]
            for each in [*fields, *({"column": name, "path": None} for name in names)]
        )
        submitted(of_version, f"SELECT {selected} FROM {table['name']} LIMIT 1")


def test_example_values_are_of_the_columns_type(of_version: httpx.Client) -> None:
    for table in of_version.get("/tables").json()["tables"]:
        for column in table["columns"]:
            assert column["examples"], column["name"]
            for value in column["examples"]:
                # A parameter is refused unless its column compares with it.
                parameter = {"type": column["type"], "value": str(value)}
                sql = f"SELECT count(*) FROM {table['name']} WHERE {column['name']} = ?"
                checked = of_version.post(
                    "/query", json={"query": sql, "parameters": [parameter], "dry_run": True}
                )
                assert checked.status_code == 200, checked.text


def test_examples_run_unchanged(of_version: httpx.Client) -> None:
    for table in of_version.get("/tables").json()["tables"]:
        assert table["examples"]
        for example in table["examples"]:
            submitted(of_version, example["query"])


def test_unknown_table(client: httpx.Client) -> None:
    assert_problem(client.get("/tables/users"), 404, "not-found")
