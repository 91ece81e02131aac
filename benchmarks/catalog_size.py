"""Measure what a large catalog costs: to load it, and to submit a query."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from data_hist.catalog.resolve import load_catalog
from data_hist.sql_guard.guard import Guard

SIZES = ((2, 9), (2, 300), (200, 9), (200, 300))
CUSTOMER = 11000
REPEATS = 200
STAR = "SELECT * FROM t0"
NARROW = "SELECT account, count(*) FROM t0 WHERE at > 1763600000000 GROUP BY account"


def catalog_text(tables: int, columns: int) -> str:
    """Render a catalog file whose columns, but for two, are values in JSON."""
    return "\n".join([*_sources(tables), *_versions(tables, columns)])


def _sources(tables: int) -> Iterator[str]:
    yield "sources:"
    for table in range(tables):
        yield f"  s{table}:"
        yield f"    {{database: d, table: t{table}, folder: f{table}, tenant: account, columns: {{"
        yield "      account: {type: bigint}, data: {type: varchar},"
        yield "      at: {type: bigint, time: {unit: ms, greatest_delay: 1h}}}}"


def _versions(tables: int, columns: int) -> Iterator[str]:
    yield from ("versions:", "  v0:", "    database: d", "    tables:")
    for table in range(tables):
        yield from (f"      t{table}:", f"        source: s{table}", "        columns:")
        yield from ("          account:", "          at:")
        for column in range(columns - 2):
            yield f"          c{column}: {{from: data, path: $.c{column}, type: bigint}}"


def _milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Return the least processor time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    """Print a line for each size of the catalog."""
    print("| tables | columns | load | read | rewrite | rewrite * | first * |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "catalog.yaml"
        for tables, columns in SIZES:
            file.write_text(catalog_text(tables, columns), encoding="utf-8")
            load = _milliseconds(lambda: load_catalog(file), 3)
            guard = Guard(load_catalog(file).newest)
            first = _milliseconds(lambda guard=guard: guard.admit(STAR, customer_id=CUSTOMER), 1)
            star, narrow = guard.read(STAR), guard.read(NARROW)
            figures = [load]
            for work in (
                lambda guard=guard: guard.read(NARROW),
                lambda guard=guard, narrow=narrow: guard.rewrite(narrow, customer_id=CUSTOMER),
                lambda guard=guard, star=star: guard.rewrite(star, customer_id=CUSTOMER),
            ):
                figures.append(_milliseconds(work, REPEATS))
            cells = (f"{figure:.2f} ms" for figure in (*figures, first))
            print(f"| {tables} | {columns} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
