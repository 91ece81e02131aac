"""A catalog file that cannot be used is refused with file, line, key, and what to write."""

from pathlib import Path

import pytest

from data_hist.catalog.document import PACKAGED_FILE, CatalogError, load_document
from data_hist.sql_guard.catalog_sql import expression_problems

FILE = """\
sources:
  audit:
    database: logs
    table: audit
    folder: audit
    template: "${day}/${region}/"
    tenant: account
    partitions:
      day: {projection: date, format: yyyy/MM/dd, range: [2024/01/31, NOW]}
      region: {projection: enum, values: [eu, us]}
    columns:
      account: {type: varchar}
      secret: {type: varchar, queryable: false}
      at: {type: bigint, time: {unit: s, greatest_delay: 6h}}
      payload: {type: varchar, key: Payload}
versions:
  v3:
    database: logs
    tables:
      audit:
        source: audit
        columns:
          time: {from: at, type: timestamp}
          account:
          user: {from: payload, path: $.user.name}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "catalog.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        load_document(file, [expression_problems])
    return [line.removeprefix(f"{file}:") for line in str(error.value).splitlines()]


def assert_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Assert that a line about the file begins so if a piece of it is replaced."""
    assert FILE.count(old) >= 1

    found = problems(tmp_path, FILE.replace(old, new, 1))

    assert any(line.startswith(problem) for line in found), found


def test_a_date_may_begin_with_the_day(tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    day = "{projection: date, format: dd-MM-yyyy, range: [31-01-2024, NOW], unit: DAYS}"
    old = "{projection: date, format: yyyy/MM/dd, range: [2024/01/31, NOW]}"
    file.write_text(FILE.replace(old, day), encoding="utf-8")

    assert day in file.read_text(encoding="utf-8")
    assert set(load_document(file).sources) == {"audit"}


def test_the_file_that_the_cases_change_is_right(tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(FILE, encoding="utf-8")

    assert set(load_document(file).sources) == {"audit"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "from: at, type: timestamp",
            "from: at, type: date",
            "23: versions.v3.tables.audit.columns.time.type: 'at' is bigint, and does not ",
        ),
        (
            "yyyy/MM/dd,",
            "yyyy/MM/dd, unit: HOURS,",
            "9: sources.audit.partitions.day.unit: HOURS is smaller than what yyyy/MM/dd tells; ",
        ),
        (
            "greatest_delay: 6h",
            "greatest_delay: 99999999999d",
            "14: sources.audit.columns.at.time.greatest_delay: write a number of minutes, ",
        ),
        (
            "    table: audit\n",
            "",
            "2: sources.audit.table: is missing.",
        ),
        (
            "    folder:",
            "    foldr:",
            "5: sources.audit.foldr: is not known; did you mean 'folder'?",
        ),
        (
            "values: [eu, us]",
            "valeus: [eu, us]",
            "10: sources.audit.partitions.region.valeus: is not known; did you mean 'values'?",
        ),
        (
            "    tenant: account\n",
            "",
            "2: sources.audit.tenant: is missing.",
        ),
        (
            "tenant: account",
            "tenant: acount",
            "7: sources.audit.tenant: 'acount' is no column of the records; did you mean "
            "'account'?",
        ),
        (
            "tenant: account",
            "tenant: Account",
            "7: sources.audit.tenant: 'Account' is no column of the records; did you "
            "mean 'account'?",
        ),
        (
            "projection: enum",
            "projection: enumm",
            "10: sources.audit.partitions.region: 'projection' is one of 'date', "
            "'integer', 'enum', 'injected'.",
        ),
        (
            "projection: enum, ",
            "",
            "10: sources.audit.partitions.region: 'projection' is missing.",
        ),
        (
            "[eu, us]",
            "eu",
            "10: sources.audit.partitions.region.values: write a list, such as [a, b].",
        ),
        (
            "[2024/01/31, NOW]",
            "NOW",
            "9: sources.audit.partitions.day.range: write two values, such as [a, b].",
        ),
        (
            "2024/01/31",
            "2024-01-31",
            "9: sources.audit.partitions.day.range: '2024-01-31' is no date; write a "
            "date of the form yyyy/MM/dd, NOW, or such as NOW-366DAYS.",
        ),
        (
            "yyyy/MM/dd,",
            "yyyy/QQ,",
            "9: sources.audit.partitions.day.format: 'yyyy/QQ' has QQ; use yyyy, MM, dd, "
            "HH, mm and ss.",
        ),
        (
            "${region}",
            "${regoin}",
            "6: sources.audit.template: ${regoin} is no level; did you mean 'region'?",
        ),
        (
            "/${region}",
            "",
            "6: sources.audit.template: lacks ${region}.",
        ),
        (
            "{type: bigint,",
            "{type: long,",
            "14: sources.audit.columns.at.type: 'long' is not a type; write bigint",
        ),
        (
            "unit: s,",
            "unit: iso8601,",
            "14: sources.audit.columns.at.time: the unit iso8601 does not go with the type bigint; "
            "it goes with varchar.",
        ),
        (
            "6h",
            "6",
            "14: sources.audit.columns.at.time.greatest_delay: write a number of "
            "minutes, hours or days, such as 90m, 6h or 2d.",
        ),
        (
            "queryable: false",
            "queryable: no",
            "13: sources.audit.columns.secret.queryable: write true or false.",
        ),
        (
            "source: audit",
            "source: adit",
            "21: versions.v3.tables.audit.source: 'adit' is none of `sources`; did you "
            "mean 'audit'?",
        ),
        (
            "from: at,",
            "from: att,",
            "23: versions.v3.tables.audit.columns.time.from: 'att' is no column of the "
            "source; did you mean 'at'?",
        ),
        (
            "          account:\n",
            "          secret:\n",
            "24: versions.v3.tables.audit.columns.secret: 'secret' may not be queried.",
        ),
        (
            "path: $.user.name",
            "path: user.name",
            "25: versions.v3.tables.audit.columns.user.path: 'user.name' is not a path",
        ),
        (
            "from: payload,",
            "from: at,",
            "25: versions.v3.tables.audit.columns.user.path: 'at' is bigint; JSON text is varchar.",
        ),
        (
            "type: timestamp}",
            "type: array(varchar)}",
            "23: versions.v3.tables.audit.columns.time.type: 'at' is bigint, and does "
            "not become array(varchar).",
        ),
        (
            "  v3:",
            "  three:",
            "17: versions.three: does not match",
        ),
        (
            "versions:",
            "verions:",
            "16: verions: is not known; did you mean 'versions'?",
        ),
        (
            "  audit:\n    database",
            "  audit:\n    database: x\n    database",
            "4: not YAML: the key 'database' stands twice.",
        ),
    ],
)
def test_a_problem_has_its_line_and_says_what_to_write(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert_told(tmp_path, old, new, problem)


def test_an_unknown_key_hides_no_other_problem_of_its_entry(tmp_path: Path) -> None:
    text = FILE.replace("at: {type: bigint,", "at: {typ: bigint, queryable: no, keys: x,")
    text = text.replace("values: [eu, us]", "vales: [eu], values: eu")
    text = text.replace("source: audit", "src: a")

    found = {line.partition(" ")[2] for line in problems(tmp_path, text)}

    assert found == {
        "sources.audit.partitions.region.values: write a list, such as [a, b].",
        "sources.audit.partitions.region.vales: is not known; did you mean 'values'?",
        "sources.audit.columns.at.type: is missing.",
        "sources.audit.columns.at.queryable: write true or false.",
        "sources.audit.columns.at.typ: is not known; did you mean 'type'?",
        "sources.audit.columns.at.keys: is not known; did you mean 'key'?",
        "versions.v3.tables.audit.source: is missing.",
        "versions.v3.tables.audit.src: is not known; the keys here are source, description, "
        "columns, roles, examples.",
    }


def test_all_problems_are_told_and_what_an_alias_repeats_once(tmp_path: Path) -> None:
    text = PACKAGED_FILE.read_text(encoding="utf-8")
    broken = text.replace("type: bigint", "type: long").replace("source: events", "source: evnts")

    lines = [line.split(":")[0] for line in problems(tmp_path, broken)]

    assert len(lines) == len(set(lines)) == 3


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load_document(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_bytes(b"sources: \xff")

    with pytest.raises(CatalogError, match="not in UTF-8"):
        load_document(file)
