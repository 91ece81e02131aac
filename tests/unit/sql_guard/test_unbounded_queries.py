"""Queries without two ends of their time are refused or marked where the operator wants that."""

import pytest

from data_hist.catalog.resolve import resolve
from data_hist.catalog.versions import CatalogDocument
from data_hist.catalog.yaml_file import parse_yaml
from data_hist.errors import StatementNotAllowed
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.time_policy import TimePolicy
from tests.unit.sql_guard.times import DAY, FIVE, VERSION

GUARDS = {
    policy: Guard(VERSION, TimePolicy(unbounded=policy)) for policy in ("allow", "warn", "refuse")
}
BOUNDED = [
    "1",
    f"1 FROM events WHERE arrivaltimestamp BETWEEN {FIVE} AND {FIVE + DAY}",
    "1 FROM events WHERE from_unixtime(createdtimestamp / 1000) > now() - interval '7' day",
    "1 FROM events WHERE dt = '2025-01-01'",
    "1 FROM events WHERE dt IN ('2025-01-01', '2025-02-01')",
    "1 FROM events WHERE dt BETWEEN '2000-01-01' AND '2100-01-01'",
    "1 FROM events a JOIN metrics b ON a.tags = b.tags WHERE a.dt = '2025-01-01' AND "
    "b.dt = '2025-01-01'",
]
UNBOUNDED = [
    "1 FROM events",
    f"1 FROM events WHERE arrivaltimestamp < {FIVE}",
    f"1 FROM events WHERE arrivaltimestamp > {FIVE}",
    "1 FROM events WHERE dt > '2025-01-01'",
    "1 FROM events WHERE dt = '2025-01-01' OR service = 'x'",
    "1 FROM events WHERE length(dt) = 10",
    "1 FROM events LIMIT 1",
    "1 FROM (SELECT * FROM events) WHERE dt = '2025-01-01'",
]


@pytest.mark.parametrize("customer_id", [None, 11000])
@pytest.mark.parametrize(
    ("sql", "is_unbounded"),
    [*((sql, False) for sql in BOUNDED), *((sql, True) for sql in UNBOUNDED)],
)
def test_what_reads_without_two_ends_is_unbounded(
    sql: str, is_unbounded: bool, customer_id: int | None
) -> None:
    sql = f"SELECT\n{sql}"

    allowed = GUARDS["allow"].admit(sql, customer_id=customer_id)
    warned = GUARDS["warn"].admit(sql, customer_id=customer_id)

    assert not allowed.is_unbounded
    assert warned.is_unbounded is is_unbounded
    assert warned.sql == allowed.sql
    if not is_unbounded:
        assert GUARDS["refuse"].admit(sql, customer_id=customer_id).sql == allowed.sql
        return
    with pytest.raises(StatementNotAllowed) as refusal:
        GUARDS["refuse"].admit(sql, customer_id=customer_id)
    error = refusal.value
    assert (error.code, error.line) == ("TIME_RANGE_UNBOUNDED", 2)
    assert error.column == sql.splitlines()[1].index("events") + 1
    assert "arrivaltimestamp or dt" in error.detail


def test_the_table_without_bounds_is_named() -> None:
    sql = "SELECT 1 FROM events a JOIN metrics b ON a.tags = b.tags WHERE a.dt = '2025-01-01'"

    with pytest.raises(StatementNotAllowed, match="'metrics'"):
        GUARDS["refuse"].admit(sql, customer_id=None)


def test_parameters_are_bounds() -> None:
    sql = "SELECT 1 FROM events WHERE arrivaltimestamp BETWEEN ? AND ?"

    assert GUARDS["refuse"].admit(sql, customer_id=None, parameters=[FIVE, FIVE + DAY]).sql
    assert (
        not GUARDS["warn"].admit(sql, customer_id=None, parameters=[FIVE, FIVE + DAY]).is_unbounded
    )


CATALOG = """
sources:
  trail:
    database: d
    table: t
    tenant: account
    partitions:
      account: {projection: injected}
      year: {type: integer, projection: integer, range: [2020, 2030], tells: year}
    columns: {data: {type: varchar}}
  rules:
    database: d
    table: r
    tenant: owner
    partitions: {}
    columns: {owner: {type: bigint}, data: {type: varchar}}
versions:
  v0: {database: d, tables: {trail: {source: trail}, rules: {source: rules}}}
"""


@pytest.mark.parametrize(
    ("sql", "is_unbounded"),
    [
        ("SELECT data FROM rules", False),
        ("SELECT data FROM trail WHERE account = '1'", True),
        ("SELECT data FROM trail WHERE account = '1' AND year = 2026", False),
        ("SELECT data FROM trail WHERE account = '1' AND year > 2026", True),
    ],
)
def test_a_table_without_times_has_nothing_to_bound(sql: str, is_unbounded: bool) -> None:
    version = resolve(CatalogDocument.model_validate(parse_yaml(CATALOG))).versions["v0"]
    guard = Guard(version, TimePolicy(unbounded="warn"))

    assert guard.admit(sql, customer_id=1).is_unbounded is is_unbounded
