"""From folders and records to a catalog that can be loaded and says what it could not decide."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from data_hist.catalog.document import load_document
from data_hist.catalog.resolve import resolve
from tests.support.archives import write_lines
from tests.unit.catalog.discovery.discovered import Discovered

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())


def discover_records(
    root: Path, records: Sequence[Mapping[str, Any]], folder: str = "t"
) -> Discovered:
    write_lines(root / folder / "a.json", records)
    return Discovered(root)


@pytest.mark.parametrize(
    ("values", "expected", "comment"),
    [
        ([1, 2, None], "bigint", "In 67% of the records."),
        ([1, 1.5], "double", ""),
        ([True, False], "boolean", ""),
        (["a", "b"], "varchar", ""),
        (["17", "-4"], "varchar", "Whole numbers, written as text."),
        (["017", "4"], "varchar", ""),
        ([1, "a"], "varchar", "Mixed: 50% text, 50% whole number."),
        ([1, True], "varchar", "Mixed: 50% boolean, 50% whole number."),
        ([2**63, 1], "varchar", "Mixed: 50% large number, 50% whole number."),
        ([2**63, 1.5], "double", ""),
        ([{"b": 1}, [2]], "varchar", "JSON text."),
        ([None], "varchar", "Always null."),
        (["2026-11-20T12:00:00+02:00"], "varchar", "A time, but not in UTC"),
        ([NOON_S, NOON_S + 1], "bigint", "If it is a time, add time: {unit: s}."),
    ],
)
def test_type(root: Path, values: list[Any], expected: str, comment: str) -> None:
    found = discover_records(root, [{"value": value} for value in values])

    assert found.sources["t"].columns["value"].type == expected
    assert comment in found.line("value:")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("createdTimestamp", "createdtimestamp"),
        ("@timestamp", "timestamp"),
        ("$type", "type"),
        ("a.b", "a_b"),
        ("user-agent", "user_agent"),
        ("Größe", "grosse"),
        ("日本", "column"),
        ("1st", "_1st"),
        ("order", "order_"),
        ("_id", "_id"),
        ("two words", "two_words"),
    ],
)
def test_key(root: Path, key: str, name: str) -> None:
    columns = discover_records(root, [{key: 1}]).sources["t"].columns

    assert {each: column.key for each, column in columns.items()} == {
        name: None if key == name else key
    }


def test_keys_that_would_have_one_name(root: Path) -> None:
    found = discover_records(
        root, [{"userId": 1, "userid": 2, "user-id": 3, "user_id": 4, "dt": 5}], "t/dt=2026-11-20"
    )

    source = found.sources["t"]
    assert {name: column.key for name, column in source.columns.items()} == {
        "userid_2": "userId",
        "userid": None,
        "user_id_2": "user-id",
        "user_id": None,
        "dt": None,
    }
    assert list(source.partitions) == ["dt_folder"]
    assert source.template == "dt=${dt_folder}/"
    assert source.serde == {"case.insensitive": "FALSE"}


def test_keys_that_no_column_can_have_are_told(root: Path) -> None:
    found = discover_records(root, [{"a": 1, 'b"': 1, "c\\": 1, "d\n": 1, "": 1, "e" * 250: 1}])

    assert list(found.sources["t"].columns) == ["a"]
    assert found.text.count("no name that Athena takes") == 5


def hours(root: Path, name: str, moments: Sequence[object], count: int = 100) -> Discovered:
    """Write a folder for each hour from noon on, with as many records of one moment each."""
    for hour, moment in enumerate(moments):
        folder = f"t/{NOON + timedelta(hours=hour):%Y/%m/%d/%H}"
        write_lines(root / folder / "a.json.gz", ({name: moment} for _ in range(count)))
    return Discovered(root)


@pytest.mark.parametrize(
    ("moments", "time", "comment"),
    [
        ([NOON_S, NOON_S + 3600], ("s", timedelta(hours=1)), "All 200 within the folder's time."),
        ([NOON_S * 1000 + 1], ("ms", timedelta(hours=1)), ""),
        ([NOON_S * 10**6], ("us", timedelta(hours=1)), ""),
        ([NOON_S * 10**9], ("ns", timedelta(hours=1)), ""),
        (["2026-11-20T12:30:00Z"], ("iso8601", timedelta(hours=1)), ""),
        (["2026-11-20T12:30:00.123+00:00"], ("iso8601", timedelta(hours=1)), ""),
        # Later than the folder says: a measured delay is no proof of the greatest one.
        ([NOON_S - 600], ("s", None), "Up to 10 minutes before the folder's time."),
        ([NOON_S - 600], ("s", None), "add greatest_delay: 30m"),
        ([NOON_S - 50 * 86400], ("s", None), "add greatest_delay: 180d"),
        # Such as a date of expiry, or folders in another time zone.
        ([NOON_S + 3 * 86400], None, "up to 3 days after the end of the folder's time"),
        ([0, NOON_S], None, ""),
        (["2026-11-20 12:30:00"], None, ""),
    ],
)
def test_time(
    root: Path, moments: list[object], time: tuple[str, timedelta | None] | None, comment: str
) -> None:
    found = hours(root, "createdAt", moments)

    declared = found.sources["t"].columns["createdat"].time
    assert (declared and (declared.unit, declared.greatest_delay)) == time
    assert comment in found.line("createdat:")


def test_a_few_records_tell_no_greatest_delay(root: Path) -> None:
    found = hours(root, "createdAt", [NOON_S], count=5)

    assert found.sources["t"].columns["createdat"].time.greatest_delay is None  # type: ignore[union-attr]
    assert "too few for a greatest_delay" in found.line("createdat:")


def test_broken_lines_are_skipped(root: Path) -> None:
    (root / "t").mkdir(parents=True)
    (root / "t" / "a.json").write_bytes(b'{"a": 1}\noops\n')

    assert Discovered(root).sources["t"].serde["ignore.malformed.json"] == "TRUE"


def test_payload_fields_are_proposed(root: Path) -> None:
    payload = {"level": "INFO", "user": {"name": "ann", "id-no": 7}, "tags": ["a"], "a": 1}
    found = discover_records(
        root, [{"a": 1, "data": payload}, {"a": 2, "data": {"level": "DEBUG"}}]
    )

    proposals = [line.strip() for line in found.text.splitlines() if "from: data" in line]
    assert proposals == [
        "# level: {from: data, path: $.level}  # in 100%",
        "# data_a: {from: data, path: $.a, type: bigint}  # in 50%",
        "# tags: {from: data, path: $.tags, type: json}  # in 50%",
        "# user_name: {from: data, path: $.user.name}  # in 50%",
        '# user_id_no: {from: data, path: "$.user[\\"id-no\\"]", type: bigint}  # in 50%',
    ]
    taken_in = "\n".join(
        line.replace("# ", "", 1) if "from: data" in line else line
        for line in found.text.splitlines()
    )
    file = root.with_suffix(".yaml")
    file.write_text(taken_in, encoding="utf-8")
    table = resolve(load_document(file)).versions["v0"].tables["t"]
    assert [column.path for column in table.columns if column.path] == [
        "$.level",
        "$.a",
        "$.tags",
        "$.user.name",
        '$.user["id-no"]',
    ]


def test_the_services_that_have_a_field_are_told(root: Path) -> None:
    records = [
        {"service": service, "data": {"message": "m", service: 1}}
        for service in ("api", "web", "db") * 3
    ]
    found = discover_records(root, records)

    notes = [line.rpartition("  # ")[2] for line in found.text.splitlines() if "path:" in line]
    shares = [f"in 33%, service: {service}" for service in ("api", "db", "web")]
    assert notes == ["in 100%", *shares]


def test_tenants_are_only_proposed(root: Path) -> None:
    records = [{"customerId": 1, "orgId": "a", "account": 1.5, "a": 1}]
    found = discover_records(root, records, "t/tenant=a")

    assert found.sources["t"].tenant is None
    assert found.line("tenant:").endswith("look like a tenant: tenant, customerid, orgid.")


def test_parquet(root: Path) -> None:
    table = pyarrow.table(
        {
            "Id": [1, 2],
            "order": ["a", "b"],
            "at": pyarrow.array([NOON, NOON], pyarrow.timestamp("ns", "UTC")),
            "part": pyarrow.array([{"Inner": 1}, None]),
            "list": [["a"], []],
            "bad-name": [1, 2],
            "bad name": [1, 2],
            "bad_name": [1, 2],
            "time": pyarrow.array([None, None], pyarrow.time32("ms")),
        }
    )
    (root / "t" / "year=2026").mkdir(parents=True)
    pyarrow.parquet.write_table(table, root / "t" / "year=2026" / "a.parquet")

    found = Discovered(root)

    assert found.sources["t"].format == "parquet"
    assert {name: column.type for name, column in found.sources["t"].columns.items()} == {
        "id": "bigint",
        "order": "varchar",
        "at": "timestamp",
        "part": "row(inner bigint)",
        "list": "array(varchar)",
        "bad-name": "bigint",
        "bad_name": "bigint",
    }
    assert "'bad name' (needs" in found.text
    assert "'time' (of a type" in found.text
    columns = found.document.versions["v0"].tables["t"].columns  # type: ignore[union-attr]
    assert columns is not None
    renamed = {name: column.origin for name, column in columns.items() if column}
    assert renamed == {"order_": "order", "bad_name_2": "bad-name"}


def test_an_injected_level_is_given_in_the_examples(root: Path) -> None:
    for number in range(120):
        write_lines(root / "t" / f"it's {number * 31:x}" / "a.json", [{"a": 1}])

    found = Discovered(root)

    examples = found.document.versions["v0"].tables["t"].examples  # type: ignore[union-attr]
    assert all(" WHERE folder = 'it''s " in example.sql for example in examples)
