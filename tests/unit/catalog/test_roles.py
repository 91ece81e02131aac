"""Columns have the roles that a catalog file declares, or those that follow from what they are."""

from typing import Any

import pytest

from data_hist.catalog.agreement import disagreements
from data_hist.catalog.resolve import load_catalog, resolve
from data_hist.catalog.tables import Roles, Table, TableField
from data_hist.catalog.versions import CatalogDocument

MS: dict[str, Any] = {"type": "bigint", "time": {"unit": "ms"}}
ARRIVAL: dict[str, Any] = {"type": "bigint", "time": {"unit": "ms", "greatest_delay": "0h"}}
LATE: dict[str, Any] = {"type": "bigint", "time": {"unit": "s", "greatest_delay": "6h"}}
DAY = {"projection": "date", "format": "yyyy-MM-dd", "range": ["NOW-9DAYS", "NOW"]}
TEXT: dict[str, Any] = {"type": "varchar"}
COLUMNS: dict[str, Any] = {
    "received": ARRIVAL,
    "created": MS,
    "service": TEXT,
    "payload": TEXT,
    "secret": {"type": "varchar", "queryable": False},
    "size": {"type": "bigint", "examples": [1, 2]},
}


def document(
    columns: dict[str, Any] = COLUMNS, shown: dict[str, Any] | None = None, **table: Any
) -> CatalogDocument:
    source = {"database": "d", "table": "t", "tenant": None, "columns": columns}
    tables: dict[str, Any] = {"t": {"source": "s", **table}}
    if shown:
        tables["t"]["columns"] = shown
    return CatalogDocument.model_validate(
        {
            "sources": {"s": source | {"partitions": {"dt": DAY}}},
            "versions": {"v0": {"database": "d", "tables": tables}},
        }
    )


def table_of(**fields: Any) -> Table:
    checked = document(**fields)
    assert not list(disagreements(checked))
    return resolve(checked).newest.tables["t"]


@pytest.mark.parametrize(
    ("columns", "time", "arrival"),
    [
        ({"a": TEXT}, None, None),
        ({"a": MS}, "a", None),
        ({"a": ARRIVAL}, "a", "a"),
        ({"a": ARRIVAL, "b": MS}, "b", "a"),
        ({"a": LATE, "b": MS, "c": ARRIVAL, "d": ARRIVAL}, "a", "c"),
    ],
)
def test_the_time_is_that_of_creation(
    columns: dict[str, Any], time: str | None, arrival: str | None
) -> None:
    roles = table_of(columns=columns).roles

    assert (roles.time, roles.arrival) == (time, arrival)


def test_roles_follow_from_what_the_columns_are() -> None:
    assert table_of().roles == Roles(
        time="created",
        arrival="received",
        service=TableField("service"),
        shown=tuple(map(TableField, ("created", "service", "payload", "size"))),
    )


def test_a_column_with_a_path_makes_its_origin_a_payload() -> None:
    shown = {
        "body": {"from": "payload"},
        "short": {"from": "payload", "type": "varchar(9)"},
        "level": {"from": "payload", "path": "$.level"},
        "labels": {"from": "payload", "path": "$.labels", "type": "json"},
    }

    roles = table_of(shown=shown).roles

    assert roles.payloads == ("body", "labels")
    assert roles.level == TableField("level")


def test_a_payload_of_one_version_is_one_of_all() -> None:
    of_one = document()
    derived = {"level": {"from": "payload", "path": "$.level"}}
    of_other = document(shown=derived).versions["v0"]
    both = of_one.model_copy(update={"versions": of_one.versions | {"v1": of_other}})

    versions = resolve(both).versions

    assert versions["v0"].tables["t"].roles.payloads == ("payload",)
    assert versions["v1"].tables["t"].roles.payloads == ()


def test_a_number_is_no_service() -> None:
    assert table_of(columns={"service": MS}).roles.service is None


def test_at_most_eight_columns_are_shown() -> None:
    roles = table_of(columns={f"c{n}": TEXT for n in range(20)} | {"level": TEXT, "at": MS}).roles

    assert [each.column for each in roles.shown] == ["at", "level", *(f"c{n}" for n in range(6))]


def test_declared_roles_come_first() -> None:
    level = {"from": "payload", "path": "$.a.level"}
    declared = {
        "time": "received",
        "service": "payload",
        "level": level,
        "payloads": ["payload"],
        "shown": ["dt", level],
    }

    assert table_of(roles=declared).roles == Roles(
        time="received",
        arrival="received",
        service=TableField("payload"),
        level=TableField("payload", "$.a.level"),
        payloads=("payload",),
        shown=(TableField("dt"), TableField("payload", "$.a.level")),
    )


@pytest.mark.parametrize(
    ("roles", "path", "text"),
    [
        ({"time": "create"}, ("time",), "'create' is no column of the table; did you mean"),
        ({"time": "secret"}, ("time",), "'secret' is no column of the table; name one"),
        ({"arrival": "size"}, ("arrival",), "'size' has no `time`; say there"),
        ({"arrival": "dt"}, ("arrival",), "'dt' has no `time`"),
        ({"level": "levl"}, ("level",), "'levl' is no column"),
        ({"service": {"from": "size", "path": "$.a"}}, ("service",), "'size' is bigint; JSON"),
        ({"service": "size"}, ("service",), "'size' is bigint; the name of a service is varchar"),
        ({"payloads": ["payload", "paylaod"]}, ("payloads", 1), "did you mean 'payload'?"),
        ({"payloads": ["created"]}, ("payloads", 0), "'created' is bigint; JSON text is varchar"),
        ({"shown": ["dt", "siez"]}, ("shown", 1), "did you mean 'size'?"),
    ],
)
def test_a_role_that_no_column_can_have_is_refused(
    roles: dict[str, Any], path: tuple[str | int, ...], text: str
) -> None:
    (problem,) = disagreements(document(roles=roles))

    assert problem.path == ("versions", "v0", "tables", "t", "roles", *path)
    assert text in problem.text


def test_a_time_in_json_can_be_the_time() -> None:
    at = {"from": "payload", "path": "$.at", "time": {"unit": "ms"}, "type": "bigint"}

    assert table_of(shown={"at": at}, roles={"time": "at"}).roles.time == "at"


@pytest.mark.parametrize(
    ("column", "examples"),
    [
        (None, (1, 2)),
        ({"from": "size"}, (1, 2)),
        ({"from": "size", "type": "varchar"}, ()),
        ({"from": "size", "type": "varchar", "examples": ["1"]}, ("1",)),
        ({"from": "size", "examples": []}, ()),
        ({"from": "payload", "path": "$.x"}, ()),
        ({"from": "payload", "path": "$.x", "type": "json", "examples": [{"a": 1}]}, ({"a": 1},)),
    ],
)
def test_example_values_are_those_of_the_column_as_it_is(
    column: dict[str, Any] | None, examples: tuple[Any, ...]
) -> None:
    assert table_of(shown={"size": column}).columns[0].examples == examples


@pytest.mark.parametrize(
    ("column_type", "good", "bad"),
    [
        ("bigint", 1, "1"),
        ("smallint", 1, True),
        ("double", 1.5, "1.5"),
        ("real", 1, False),
        ("boolean", True, "true"),
        ("varchar", "a", 1),
        ("decimal(5,2)", "1.50", 1.5),
        ("timestamp", "2026-11-20T10:00:00.000", 1),
        ("array(varchar)", "[a]", ["a"]),
    ],
)
def test_an_example_is_what_a_page_has(column_type: str, good: object, bad: object) -> None:
    table_of(columns={"a": {"type": column_type, "examples": [good]}})

    (problem,) = disagreements(document({"a": {"type": column_type, "examples": [good, bad]}}))

    assert problem.path == ("sources", "s", "columns", "a", "examples", 1)
    assert problem.text.startswith("write ")


def test_the_packaged_tables_say_what_a_page_needs() -> None:
    for version in load_catalog().versions.values():
        for table in version.tables.values():
            assert table.roles.time
            assert table.roles.arrival
            assert all(column.examples for column in table.columns), table.name
