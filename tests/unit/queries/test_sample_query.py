"""A sample reads whole hours of a range, bounded by whatever column tells the time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from data_hist.catalog.resolve import load_catalog, resolve
from data_hist.catalog.tables import Table
from data_hist.catalog.versions import CatalogDocument
from data_hist.errors import InvalidRequest
from data_hist.queries.sample_query import SampleLimits, TimeSpan, parse_span, sample_query
from data_hist.sql_guard.guard import Guard

LIMITS = SampleLimits(hours=24, records=5, payload_characters=100)
FIVE = datetime(2026, 11, 20, 5, tzinfo=UTC)
SPAN = TimeSpan(FIVE, FIVE.replace(hour=8))
DAY = {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]}


def table_of(
    of_source: dict[str, Any], partitions: dict[str, Any] | None = None, **table: Any
) -> Table:
    payload = {"payload": {"type": "varchar"}}
    source = {"database": "d", "table": "t", "tenant": None, "columns": of_source | payload}
    fields = {"source": "s", "roles": {"payloads": ["payload"]}, **table}
    document = CatalogDocument.model_validate(
        {
            "sources": {"s": source | {"partitions": partitions or {}}},
            "versions": {"v0": {"database": "d", "tables": {"order": fields}}},
        }
    )
    return resolve(document).newest.tables["order"]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z", 5, 6),
        ("2026-11-20T05:59:59.999Z", "2026-11-20T06:00:00.001Z", 5, 7),
        ("2026-11-20T07:30:00+02:00", "2026-11-20T05:31", 5, 6),
        ("2026-11-20 05", "2026-11-20 06", 5, 6),
        ("2026-11-20", "1795158000000", 0, 7),
        ("1795150800000", "1795150800001", 5, 6),
    ],
)
def test_a_range_is_rounded_out_to_whole_hours(start: str, end: str, first: int, last: int) -> None:
    assert parse_span(start, end) == TimeSpan(FIVE.replace(hour=first), FIVE.replace(hour=last))


@pytest.mark.parametrize(
    ("start", "end", "detail"),
    [
        ("soon", "2026-11-20", "'from' must be a time such as"),
        ("2026-11-20", "2026-11-20T05:00:00 01:00", "'to' must be a time such as"),
        ("1969-12-31T23:00:00Z", "2026-11-20", "'from' must be in the years from 1970 to"),
        ("2026-11-20", "9999-01-01", "'to' must be in the years from 1970 to"),
        ("0001-01-01T00:00:00+23:00", "2026-11-20", "'from' must be in the years from 1970 to"),
        ("2026-11-20", "٢", "'to' must be a time such as"),
        ("99999999999999999", "2026-11-20", "'from' must be in the years from 1970 to"),
        ("2026-11-20", "2026-11-20", "'to' must be later than 'from'"),
        ("2026-11-21", "2026-11-20", "'to' must be later than 'from'"),
    ],
)
def test_what_is_no_range_is_refused(start: str, end: str, detail: str) -> None:
    with pytest.raises(InvalidRequest, match=detail) as refusal:
        parse_span(start, end)

    assert refusal.value.errors


@pytest.mark.parametrize(
    ("column", "condition"),
    [
        ({"type": "bigint", "time": {"unit": "s"}}, "at >= 1795150800 AND at < 1795161600"),
        (
            {"type": "bigint", "time": {"unit": "ms"}},
            "at >= 1795150800000 AND at < 1795161600000",
        ),
        (
            {"type": "bigint", "time": {"unit": "ns"}},
            "at >= 1795150800000000000 AND at < 1795161600000000000",
        ),
        (
            {"type": "varchar", "time": {"unit": "iso8601"}},
            "at >= '2026-11-20T05:00:00' AND at < '2026-11-20T08:00:00'",
        ),
        (
            {"type": "timestamp", "time": {"unit": "timestamp"}},
            "at >= timestamp '2026-11-20 05:00:00' AND at < timestamp '2026-11-20 08:00:00'",
        ),
    ],
)
def test_the_range_is_written_as_the_column_writes_the_time(
    column: dict[str, Any], condition: str
) -> None:
    sampled = sample_query(table_of({"at": column}), SPAN, None, LIMITS)

    assert sampled.sql == (
        "SELECT CASE WHEN length(payload) <= 100 THEN payload END AS payload "
        f'FROM "order" WHERE {condition} LIMIT 5'
    )
    assert (sampled.columns, sampled.parameters, sampled.span) == (("payload",), (), SPAN)


MS: dict[str, Any] = {"type": "bigint", "time": {"unit": "ms"}}
LATE: dict[str, Any] = {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "6h"}}
ARRIVAL: dict[str, Any] = {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "0h"}}


@pytest.mark.parametrize(
    ("columns", "partitions", "bounded"),
    [
        ({"at": MS, "arrived": ARRIVAL}, {"dt": DAY}, "arrived >="),
        ({"at": LATE}, {"dt": DAY}, "at >="),
        ({"at": MS}, {"dt": DAY}, "dt BETWEEN '2026-11-20' AND '2026-11-20'"),
        ({"at": MS}, {}, "at >="),
        ({}, {"dt": DAY}, "dt BETWEEN"),
    ],
)
def test_the_column_that_prunes_best_is_bounded(
    columns: dict[str, Any], partitions: dict[str, Any], bounded: str
) -> None:
    sampled = sample_query(table_of(columns, partitions), SPAN, None, LIMITS)

    assert f"WHERE {bounded}" in sampled.sql


def test_only_the_newest_hours_are_read() -> None:
    span = TimeSpan(FIVE.replace(day=1), FIVE)

    read = sample_query(table_of({"at": MS}), span, None, LIMITS).span

    assert read == TimeSpan(FIVE.replace(day=19), FIVE)


def test_payloads_share_the_bound_of_their_size() -> None:
    columns = {"payload": None, "at": None, "j": {"from": "payload", "type": "json"}}
    table = table_of({"at": MS}, columns=columns, roles={"payloads": ["payload", "j"]})

    assert sample_query(table, SPAN, None, LIMITS).sql.startswith(
        "SELECT CASE WHEN length(payload) <= 50 THEN payload END AS payload, "
        "CASE WHEN length(json_format(j)) <= 50 THEN json_format(j) END AS j FROM"
    )


@pytest.mark.parametrize(
    ("service", "expression"),
    [
        ("kind", "kind"),
        ({"from": "payload", "path": '$["it\'s"]'}, "json_extract_scalar(payload, '$[\"it''s\"]')"),
    ],
)
def test_a_service_is_a_parameter(service: object, expression: str) -> None:
    columns = {"at": MS, "kind": {"type": "varchar"}}
    table = table_of(columns, roles={"payloads": ["payload"], "service": service})

    sampled = sample_query(table, SPAN, "x' OR 'y", LIMITS)

    assert sampled.sql.endswith(f" AND {expression} = ? LIMIT 5")
    assert sampled.parameters == ("x' OR 'y",)


@pytest.mark.parametrize(
    ("columns", "service", "detail"),
    [
        ({"at": MS}, "x", "'service' is not known of records of 'order'"),
        ({}, None, "No column of 'order' tells the time of a record"),
    ],
)
def test_a_table_that_does_not_tell_is_not_sampled(
    columns: dict[str, Any], service: str | None, detail: str
) -> None:
    with pytest.raises(InvalidRequest, match=detail):
        sample_query(table_of(columns), SPAN, service, LIMITS)


def test_the_guard_scopes_and_prunes_a_sample_at_both_ends() -> None:
    for version in load_catalog().versions.values():
        for table in version.tables.values():
            if not table.roles.payloads:
                continue
            service = "iam-admin" if table.roles.service else None
            sampled = sample_query(table, SPAN, service, LIMITS)

            admitted = Guard(version).admit(
                sampled.sql, customer_id=11003, parameters=sampled.parameters
            )

            assert "customerid = 11003" in admitted.sql
            assert "dt >= '2026-11-20'" in admitted.sql
            assert "dt <= '2026-11-20'" in admitted.sql
