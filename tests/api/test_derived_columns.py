"""A derived column has the value of its type, or NULL: never an error, whatever the payload is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.resolve import resolve
from data_hist.cli.local_athena import RESULT_BUCKET
from data_hist.sql_guard.catalog_sql import expression_problems
from local_athena import testing
from tests.support.api_calls import all_rows, as_tenant, assert_problem
from tests.support.running_service import running_service, settings_for

CATALOG = """
sources:
  records:
    database: logs
    table: records_raw
    folder: records
    tenant: account
    columns:
      account: {type: bigint}
      secret: {type: varchar, queryable: false}
      number: {type: bigint}
      service: {type: varchar}
      payload: {type: varchar}
versions:
  v3:
    database: logs
    tables:
      records:
        source: records
        columns:
          number:
          service:
          text: {from: payload, path: $.v}
          letters: {from: payload, path: $.v, type: varchar(2)}
          whole: {from: payload, path: $.v, type: bigint}
          int32: {from: payload, path: $.v, type: integer}
          int16: {from: payload, path: $.v, type: smallint}
          int8: {from: payload, path: $.v, type: tinyint}
          float64: {from: payload, path: $.v, type: double}
          float32: {from: payload, path: $.v, type: real}
          price: {from: payload, path: $.v, type: "decimal(5,2)"}
          flag: {from: payload, path: $.v, type: boolean}
          day: {from: payload, path: $.v, type: date}
          written: {from: payload, path: $.v, type: timestamp}
          iso: {from: payload, path: $.v, type: timestamp, time: {unit: iso8601}}
          in_s: {from: payload, path: $.v, type: timestamp, time: {unit: s}}
          in_ms: {from: payload, path: $.v, type: timestamp, time: {unit: ms}}
          value: {from: payload, path: $.v, type: json}
          ratio: {expression: "number / (number - 2)", type: double}
          sized: {expression: length(payload), type: varchar}
          upper_text: {expression: "upper(json_extract_scalar(payload, '$.v'))", type: varchar}
          severity:
            expression: >-
              CASE WHEN regexp_like(payload, 'true') THEN 'it''s'
              ELSE split_part(service, '-', 2) END
            type: varchar(3)
          parsed: {expression: json_parse(payload), type: json}
          counted: {expression: "CAST(json_extract_scalar(payload, '$.v') AS bigint)", type: bigint}
          own: {from: payload, path: $.v, when: {service: [iam-admin, "it's"]}}
          own_number: {from: number, when: {service: [iam-admin], account: [11001]}}
          own_size: {expression: length(payload), type: bigint, when: {number: [3, 4]}}
"""
VALUES_FILE = Path(__file__).with_name("derived_values.jsonl")
# The values that are not NULL, as Trino 476 answers for the same expressions.
VALUES: list[tuple[str | None, dict[str, Any]]] = [
    (line["payload"], line["values"])
    for line in map(json.loads, VALUES_FILE.read_text().splitlines())
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    root = tmp_path_factory.mktemp("derived")
    (root / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    document = load_document(root / "catalog.yaml", [expression_problems])
    archive = root / "archive"
    (archive / "records").mkdir(parents=True)
    (archive / "records" / "0.json").write_text("\n".join(records()))
    tables = glue_documents(document.sources, "s3://archive/")
    with testing.running_endpoint(
        tables, archive, root / "state", bucket=RESULT_BUCKET, workers=1
    ) as endpoint:
        settings = settings_for(endpoint.url, tenant_required=True)
        with (
            running_service(settings, catalog=resolve(document)) as running,
            httpx.Client(
                base_url=running.base_url.copy_with(path="/v3/data_hist"),
                timeout=40,
                headers=as_tenant(11001),
            ) as client,
        ):
            yield client


def records() -> Iterator[str]:
    for account in (11001, 11002):
        for number, payload in enumerate(payload for payload, _ in VALUES):
            service = ("iam-admin", "file-beat", "it's")[number % 3]
            yield json.dumps(
                {
                    "account": account,
                    "secret": "never shown",
                    "number": number,
                    "service": service,
                    "payload": payload,
                }
            )


TYPED = (
    *("text", "letters", "whole", "int32", "int16", "int8", "float64", "float32", "price"),
    *("flag", "day", "written", "iso", "in_s", "in_ms"),
)


@pytest.fixture(scope="module")
def typed_rows(client: httpx.Client) -> list[list[Any]]:
    return all_rows(client, f"SELECT {', '.join(TYPED)} FROM records ORDER BY number")


@pytest.mark.parametrize("number", range(len(VALUES)), ids=[str(each) for each, _ in VALUES])
def test_each_type_has_its_value_or_null(typed_rows: list[list[Any]], number: int) -> None:
    _, values = VALUES[number]

    assert dict(zip(TYPED, typed_rows[number], strict=True)) == dict.fromkeys(TYPED) | values


def numbers_of(payload: str) -> int:
    return [each for each, _ in VALUES].index(payload)


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        ('{"v": {"a": 1}}', {"a": 1}),
        ('{"v": [1]}', [1]),
        ('{"v": "12"}', "12"),
        ('{"v": true}', True),
        ('{"v": null}', None),
        ("not json", None),
        ("[1]", None),
    ],
)
def test_a_value_of_type_json_is_what_the_payload_has(
    client: httpx.Client, payload: str, value: Any
) -> None:
    sql = f"SELECT value FROM records WHERE number = {numbers_of(payload)}"

    assert all_rows(client, sql) == [[value]]


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        # 2 / 0 cannot be computed.
        ("ratio", [[0.0], [-1.0], [None], [3.0]]),
        ("sized, upper_text", [["8", "1"], ["10", "1.0"], ["10", "1.5"], ["11", "12"]]),
        ("severity", [["adm"], ["bea"], [None], ["adm"]]),
        ("counted", [[1], [None], [None], [12]]),
        ("parsed", [[{"v": 1}], [{"v": 1.0}], [{"v": 1.5}], [{"v": "12"}]]),
        ("own, own_number", [["1", 0], [None, None], ["1.5", None], ["12", 3]]),
        ("own_size", [[None], [None], [None], [11]]),
    ],
)
def test_expressions_and_columns_of_certain_services(
    client: httpx.Client, columns: str, rows: list[list[Any]]
) -> None:
    sql = f"SELECT {columns} FROM records WHERE number < 4 ORDER BY number"

    assert all_rows(client, sql) == rows


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM records WHERE severity = 'adm'", [[10]]),
        (
            "SELECT own_size AS n, count(*) FROM records GROUP BY own_size ORDER BY n NULLS LAST",
            [[11, 2], [None, len(VALUES) - 2]],
        ),
        ("SELECT r.upper_text FROM records AS r WHERE r.counted = 300", [["300"]]),
        (
            "WITH x AS (SELECT counted AS c, own FROM records) "
            "SELECT c, own FROM x WHERE c > 1 ORDER BY c DESC LIMIT 2",
            [[1700000000, "1700000000"], [300, "300"]],
        ),
        (
            "SELECT a.number FROM records a JOIN records b ON a.counted = b.whole AND "
            "a.number < b.number ORDER BY 1",
            [[0]],
        ),
        ("SELECT max(severity) OVER (PARTITION BY flag) FROM records WHERE number = 5", [["it'"]]),
    ],
)
def test_they_are_columns_like_any_other(
    client: httpx.Client, sql: str, rows: list[list[Any]]
) -> None:
    assert all_rows(client, sql) == rows


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("SELECT severity,\n nope FROM records", (2, 2)),
        ("SELECT payload FROM records", (1, 8)),
        ("SELECT ratio\nFROM records WHERE\n  ratio = 'x'", (3, 3)),
    ],
)
def test_errors_are_at_their_place_in_the_callers_text(
    client: httpx.Client, sql: str, position: tuple[int, int]
) -> None:
    response = client.post("/query", json={"query": sql, "wait_seconds": 30})

    problem = assert_problem(response, 422, "invalid-sql")
    assert (problem["line"], problem["column"]) == position
