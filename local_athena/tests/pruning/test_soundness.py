"""Whatever a statement looks like, it answers the same with and without pruning."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.partitions import (
    Folder,
    FolderFilter,
    folder_filter,
    keep_all,
)
from local_athena.backends.duckdb.storage.record_functions import install_record_functions

from tests.archive_tree import CATALOG, EVENTS, add_file

DAYS, HOURS, MINUTES = ("2026-11-19", "2026-11-20"), ("00", "01"), ("00", "30")
TABLE = "SELECT customerid AS c, dt, hr, min FROM data_hist.events_v0"
VALUES = {"dt": (*DAYS, "2026"), "hr": (*HOURS, "1"), "min": (*MINUTES, "")}


@st.composite
def atoms(draw: st.DrawFn, qualifiers: tuple[str, ...]) -> str:
    """One comparison of a column that exists, in a random way of writing it."""
    name = draw(st.sampled_from(("dt", "dt", "hr", "min")))
    column = draw(st.sampled_from(qualifiers)) + name
    first, second = (draw(st.sampled_from(VALUES[name])) for _ in range(2))
    one, two = f"'{first}'", f"'{second}'"
    compare = draw(st.sampled_from(("=", "<>", "<", "<=", ">", ">=")))
    forms = (
        f"{column} {compare} {one}",
        f"{one} {compare} {column}",
        f"{column} BETWEEN {one} AND {two}",
        f"{column} NOT IN ({one}, {two})",
        f"{column} IN ({one})",
        f"{column} LIKE '%{first[-2:]}'",
        f"{column} NOT LIKE '{first[:9]}%'",
        f"{column} || '-' || {column} {compare} '{first}-{second}'",
        f"substr({column}, 1, 2) {compare} {one}",
        f"upper({column}) {compare} {one}",
        f"TRY_CAST({column} AS integer) {compare} 1",
        f"{column} IS NULL",
        f"coalesce({column}, {one}) = {two}",
        f"{draw(st.sampled_from(qualifiers))}c % 2 = 0",
        "1 = 1",
    )
    return draw(st.sampled_from(forms))


def conditions(*qualifiers: str) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms(qualifiers),
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("NOT ({})".format, inner),
        ),
        max_leaves=3,
    )


UNARY = (
    "SELECT * FROM ({a}) AS x WHERE {x}",
    "SELECT x.* FROM ({a}) x WHERE {x}",
    "SELECT c, hr AS dt, dt AS hr, min FROM ({a}) AS x WHERE {x}",
    "SELECT c, substr(dt, 1, 4) AS dt, hr, min FROM ({a}) AS x WHERE {x}",
    "SELECT c, dt, hr, dt AS min FROM ({a}) AS x WHERE {x}",
    "SELECT DISTINCT c, dt, hr, '00' AS min FROM ({a}) AS x WHERE {x}",
    "SELECT c, max(dt) OVER (PARTITION BY hr) AS dt, hr, min FROM ({a}) AS x WHERE {x}",
    "SELECT min(c) AS c, dt, hr, max(min) AS min FROM ({a}) AS x WHERE {x} GROUP BY dt, hr",
    "SELECT count(*) AS c, max(dt) AS dt, hr, '00' AS min FROM ({a}) AS x WHERE {x} GROUP BY 3",
    "SELECT count(*) AS c, max(dt) AS dt, min(hr) AS hr, '30' AS min FROM ({a}) AS x WHERE {x}",
    "SELECT * FROM ({a}) AS x WHERE {x} ORDER BY c, dt, hr, min LIMIT 3",
    "SELECT * FROM ({a}) AS x WHERE {x} ORDER BY c, dt, hr, min OFFSET 2",
    "WITH w AS ({a}) SELECT * FROM w AS x WHERE {x}",
    "WITH w AS ({a}) SELECT * FROM w x WHERE {x} UNION ALL SELECT * FROM w x WHERE {x2}",
    "WITH w AS ({a}), v AS (SELECT * FROM w x WHERE {x}) SELECT * FROM v x WHERE {x2}",
)
BINARY = (
    "({a}) UNION ALL ({b})",
    "({a}) UNION ({b})",
    "({a}) EXCEPT ({b})",
    "({a}) INTERSECT ({b})",
    "SELECT * FROM ({a}) AS x WHERE EXISTS (SELECT 1 FROM ({b}) AS y WHERE y.c = x.c AND {y})",
    "SELECT * FROM ({a}) AS x WHERE {x} AND x.dt NOT IN (SELECT dt FROM ({b}) AS y WHERE {y})",
    "SELECT c, dt, x.hr, y.min FROM ({a}) AS x {join} JOIN ({b}) AS y USING (c, dt) WHERE {free}",
    *(
        f"SELECT {columns} FROM ({{a}}) AS x {{join}} JOIN ({{b}}) AS y "
        "ON x.c = y.c AND {xy} WHERE {xy2}"
        for columns in ("x.*", "x.c, y.dt, x.hr, y.min", "y.c, x.dt, y.hr, x.min")
    ),
)


def filled(template: str) -> st.SearchStrategy[str]:
    """The template with conditions drawn for it; the sources `a` and `b` stay open."""
    one, both = conditions("x.", ""), conditions("x.", "y.")
    return st.builds(
        lambda **texts: template.format(a="{a}", b="{b}", **texts),
        x=one,
        x2=one,
        y=conditions("y."),
        xy=both,
        xy2=both,
        free=st.sampled_from(DAYS).map("dt = '{}'".format),
        join=st.sampled_from(("", "LEFT", "RIGHT", "FULL")),
    )


def unary(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    template = st.sampled_from(UNARY).flatmap(filled)
    return st.builds(lambda text, a: text.replace("{a}", a), template, inner)


def binary(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    template = st.sampled_from(BINARY).flatmap(filled)
    return st.builds(
        lambda text, a, b: text.replace("{a}", a).replace("{b}", b), template, inner, inner
    )


STATEMENTS = st.recursive(
    st.just(TABLE),
    lambda inner: st.one_of(unary(inner), unary(inner), binary(inner)),
    max_leaves=3,
)
# Every shape once with a condition inside, which tests one side, and one furthest out.
SHAPES = [
    f"SELECT * FROM ({shape}) AS outermost WHERE {outermost}"
    for template in (*UNARY, *BINARY)
    for join in (("", "LEFT", "RIGHT", "FULL") if "{join}" in template else ("",))
    for inside, after_join, outermost in (
        ("1 = 1", "1 = 1", "dt = '2026-11-20'"),
        ("1 = 1", "1 = 1", "hr = '01' AND min < '30'"),
        ("1 = 1", "coalesce(y.dt, 'none') = 'none'", "1 = 1"),
        ("x.dt = '2026-11-20'", "1 = 1", "1 = 1"),
    )
    for shape in [
        template.format(
            a=TABLE, b=TABLE, x=inside, x2=inside, xy=inside, xy2=after_join,
            y="y.dt = '2026-11-19'", free=inside.removeprefix("x."), join=join,
        )
    ]
]  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("archive")
    for number, (day, hour, minute) in enumerate(itertools.product(DAYS, HOURS, MINUTES)):
        lines = [f'{{"customerid": {customer}}}' for customer in (number % 3, number % 2, 7)]
        add_file(root, *lines, minute=f"dt={day}/hr={hour}/min={minute}")
    with duckdb.connect() as opened:
        dialect.install(opened)
        install_record_functions(opened)
        install_decompression(opened)
        opened.execute(f"CREATE TABLE whole AS {Archive(root).relation_sql(EVENTS)}")
        yield opened


# Without shrinking: it takes minutes, and the statement found is readable as it is.
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=(HealthCheck.too_slow,),
)
@given(statement=STATEMENTS)
def test_pruning_does_not_change_the_answer(
    statement: str, connection: duckdb.DuckDBPyConnection
) -> None:
    check(statement, connection)


@pytest.mark.parametrize("statement", SHAPES)
def test_no_shape_of_query_is_pruned_wrongly(
    statement: str, connection: duckdb.DuckDBPyConnection
) -> None:
    check(statement, connection)


def check(statement: str, connection: duckdb.DuckDBPyConnection) -> None:
    translation = dialect.translate(statement, CATALOG, "data_hist")

    pruned = answer(connection, translation, partial(folder_filter, connection))

    assert pruned == answer(connection, translation, lambda _scan: keep_all)


def answer(
    connection: duckdb.DuckDBPyConnection,
    translation: dialect.Translation,
    filter_of: Callable[[dialect.Scan], FolderFilter],
) -> list[Any]:
    """The rows of the statement over the folders that the filters leave, in order."""
    for scan in translation.scans:
        kept = ", ".join(f"{folder.values}" for folder in kept_folders(filter_of(scan))) or "NULL"
        source = f"SELECT * FROM whole WHERE (dt, hr, min) IN ({kept})"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {scan.relation} AS {source}")
    return sorted(connection.execute(translation.sql).fetchall(), key=repr)


def kept_folders(keep: FolderFilter) -> Sequence[Folder]:
    folders: Sequence[Folder] = [Folder("")]
    for names in (DAYS, HOURS, MINUTES):
        folders = keep([Folder("", (*folder.values, name)) for folder in folders for name in names])
    return folders
