"""In Superset: connecting, browsing, SQL Lab, a dataset, a chart over time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.superset import COMMAND, Superset, running_superset

pytestmark = pytest.mark.skipif(
    not COMMAND.exists(), reason="needs a Superset, which scripts/test-superset installs"
)

ROW_LIMIT = 1000


@pytest.fixture(scope="module")
def superset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    with running_superset(tmp_path_factory.mktemp("superset")) as each:
        yield each


@pytest.fixture(scope="module")
def uri(url: str) -> str:
    return url.replace("http://", "data_hist+http://")


@pytest.fixture(scope="module")
def database(superset: Superset, uri: str) -> int:
    created = superset.post("/database/", {"database_name": "archive", "sqlalchemy_uri": uri})
    return int(created["id"])


@pytest.fixture(scope="module")
def dataset(superset: Superset, database: int) -> int:
    created = superset.post(
        "/dataset/", {"database": database, "schema": "data_hist", "table_name": "events"}
    )
    return int(created["id"])


def in_sql_lab(superset: Superset, database: int, sql: str) -> Any:
    question = {"database_id": database, "schema": "data_hist", "sql": sql, "queryLimit": ROW_LIMIT}
    return superset.post("/sqllab/execute/", {**question, "runAsync": False})


def test_the_connection_is_tried(superset: Superset, uri: str) -> None:
    tried = superset.post("/database/test_connection/", {"sqlalchemy_uri": uri})

    assert tried == {"message": "OK"}


def test_tables_and_columns_are_browsed(superset: Superset, database: int) -> None:
    schemas = superset.get(f"/database/{database}/schemas/")["result"]
    tables = superset.get(f"/database/{database}/tables/", q="(schema_name:data_hist)")["result"]
    events = superset.get(
        f"/database/{database}/table_metadata/", name="events", schema="data_hist"
    )

    assert schemas == ["data_hist"]
    assert sorted(each["value"] for each in tables) == ["events", "logs", "metrics"]
    assert {each["name"]: each["type"] for each in events["columns"]}["time"] == "TIMESTAMP"
    assert len(in_sql_lab(superset, database, events["selectStar"])["data"]) == 20


def test_sql_lab_shows_rows_and_errors(superset: Superset, database: int) -> None:
    counted = in_sql_lab(
        superset, database, "SELECT service, count(*) AS n FROM events GROUP BY 1 ORDER BY 1"
    )
    with pytest.raises(AssertionError, match="lenght"):
        in_sql_lab(superset, database, "SELECT lenght(tags) FROM events")

    assert counted["data"] == [{"service": "filebeat", "n": 10}, {"service": "iam-admin", "n": 10}]


@pytest.mark.parametrize(
    ("grain", "counts"),
    [
        ("PT1M", {"05:00": 1, "05:02": 1, "05:04": 1, "05:06": 1, "05:08": 1}),
        ("PT5M", {"05:00": 3, "05:05": 2}),
        ("PT6H", {"00:00": 5}),
        ("P1D", {"00:00": 5}),
    ],
)
def test_a_chart_over_time(
    superset: Superset, dataset: int, grain: str, counts: dict[str, int]
) -> None:
    query = {
        "granularity": "time",
        "time_range": "2026-11-20T05:00:00 : 2026-11-20T05:10:00",
        "extras": {"time_grain_sqla": grain},
        "is_timeseries": True,
        "columns": ["service"],
        "filters": [{"col": "service", "op": "IN", "val": ["iam-admin"]}],
        "metrics": [{"expressionType": "SQL", "sqlExpression": "count(*)", "label": "n"}],
        "row_limit": ROW_LIMIT,
    }

    drawn = superset.post(
        "/chart/data",
        {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": True},
    )["result"][0]

    assert {
        datetime.fromtimestamp(each["__timestamp"] / 1000, UTC).strftime("%H:%M"): each["n"]
        for each in drawn["data"]
    } == counts


def test_a_dataset_knows_its_columns_of_times(superset: Superset, dataset: int) -> None:
    columns = superset.get(f"/dataset/{dataset}")["result"]["columns"]

    assert [each["column_name"] for each in columns if each["is_dttm"]] == ["time", "arrived"]
