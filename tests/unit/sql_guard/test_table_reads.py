"""Which names of folders a query leaves: those that its conditions of equality give."""

import pytest

from data_hist.catalog.resolve import resolve
from data_hist.catalog.versions import CatalogDocument
from data_hist.catalog.yaml_file import parse_yaml
from data_hist.pruning.partitions import FolderNames
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.literals import Parameter

CATALOG = """
sources:
  trail:
    database: d
    table: t
    tenant: account
    partitions:
      account: {projection: injected}
      region: {projection: enum, values: [eu, us]}
      year: {type: integer, projection: integer, range: [2020, 2030], tells: year}
      month: {projection: integer, range: [1, 12], digits: 2, tells: month}
    columns:
      data: {type: varchar}
versions:
  v0:
    database: d
    tables:
      trail: {source: trail}
      renamed:
        source: trail
        columns:
          data: {}
          place: {from: region}
          account: {type: bigint}
"""
GUARD = Guard(resolve(CatalogDocument.model_validate(parse_yaml(CATALOG))).versions["v0"])


def names(
    sql: str, customer_id: int | None = None, parameters: list[Parameter] | None = None
) -> list[FolderNames]:
    admitted = GUARD.admit(sql, customer_id=customer_id, parameters=parameters, with_reads=True)
    assert admitted.reads is not None
    return [read.names for read in admitted.reads]


def left(**levels: set[str | int]) -> FolderNames:
    return {level: frozenset(each) for level, each in levels.items()}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("region = 'eu'", left(region={"eu"})),
        ("'eu' = region", left(region={"eu"})),
        ("(region) = ('eu')", left(region={"eu"})),
        ("region IN ('eu', 'us')", left(region={"eu", "us"})),
        ("region = 'eu' OR region = 'us'", left(region={"eu", "us"})),
        ("region = 'eu' AND region = 'us'", left(region=set())),
        ("region IN ('eu', 'us') AND region = 'us'", left(region={"us"})),
        ("year = 2026 AND month = '11'", left(year={2026}, month={"11"})),
        ("year = 2026 AND (month = '10' OR month = '11')", left(year={2026}, month={"10", "11"})),
        ("region = 'eu' AND month = '11' OR region = 'us'", left(region={"eu", "us"})),
        ("region = 'eu' AND data = 'x'", left(region={"eu"})),
        # Not for sure.
        ("region = 'eu' OR data = 'x'", {}),
        ("region <> 'eu'", {}),
        ("NOT region = 'eu'", {}),
        ("region >= 'eu'", {}),
        ("region = data", {}),
        ("region = lower('EU')", {}),
        ("lower(region) = 'eu'", {}),
        ("region IN (SELECT 'eu')", {}),
        ("region IN ('eu', data)", {}),
    ],
)
def test_conditions_leave_names(where: str, expected: FolderNames) -> None:
    assert names(f"SELECT 1 FROM trail WHERE {where}") == [expected]


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("region = ?", "eu", left(region={"eu"})),
        ("region = ?", {"type": "varchar", "value": "eu"}, left(region={"eu"})),
        ("year = ?", 2026, left(year={2026})),
        ("year = ?", True, {}),
        ("year = ?", None, {}),
        ("year = ?", 2026.5, {}),
    ],
)
def test_parameters_are_names(condition: str, value: Parameter, expected: FolderNames) -> None:
    found = names(f"SELECT 1 FROM trail WHERE {condition}", parameters=[value])

    assert found == [expected]


def test_each_reference_has_its_own() -> None:
    sql = (
        "WITH e AS (SELECT * FROM trail WHERE region = 'eu') "
        "SELECT 1 FROM e, trail a JOIN trail b ON a.data = b.data "
        "WHERE a.region = 'us' AND b.year = 2026"
    )

    assert names(sql) == [left(region={"eu"}), left(region={"us"}), left(year={2026})]


def test_a_column_that_is_renamed_names_the_same_folders() -> None:
    sql = "SELECT 1 FROM renamed WHERE place = 'eu' AND account = 7"

    # The other is converted: 7 may be 07 as well.
    assert names(sql) == [left(region={"eu"})]


def test_a_customer_reads_its_own_folders() -> None:
    assert names("SELECT 1 FROM trail", 11000) == [left(account={"11000"})]
    assert names("SELECT 1 FROM trail WHERE account = '7'", 11000) == [left(account=set())]
    assert names("SELECT 1 FROM trail") == [{}]
