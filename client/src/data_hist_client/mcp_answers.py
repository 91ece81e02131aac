"""Answers for assistants: the JSON that is sent, cut to what fits, and saying what is left out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data_hist_client.documents import FieldSample, Page, QueryState, Table

# Texts are cut off further and further until one row fits.
_SHORTER_TEXTS = (500, 100, 20)


@dataclass(frozen=True)
class Bounds:
    """What an assistant may get and spend.

    Attributes:
        scanned_bytes: How many bytes one query may read, by its estimate.
        characters: How many characters an answer with rows, fields or tables has, as JSON.
        text_characters: After how many characters a text is cut off.
    """

    scanned_bytes: int
    characters: int = 40_000
    text_characters: int = 2_000


def written(answer: Any) -> str:
    """Write an answer as it is sent."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=str)


def answer_of_tables(tables: Sequence[Table], bounds: Bounds) -> dict[str, Any]:
    """Show as many tables as fit, or of the first one as many columns; of others, the names."""
    names = _fitting([table.name for table in tables], bounds.characters // 4)
    whole = [asdict(table) | {"columns_left_out": 0} for table in tables]
    # The names of all are written at most.
    answer = {"tables": [], "other_tables": names, "other_tables_left_out": len(tables)}
    left = bounds.characters - len(written(answer))
    shown = _fitting(whole, left)
    if whole and not shown:
        shown = [_with_fitting_columns(whole[0], left)]
    others = names[len(shown) :]
    return {
        "tables": shown,
        "other_tables": others,
        "other_tables_left_out": len(tables) - len(shown) - len(others),
    }


def _with_fitting_columns(table: dict[str, Any], characters: int) -> dict[str, Any]:
    columns = table["columns"]
    short = table | {"columns": [], "columns_left_out": len(columns)}
    shown = _fitting(columns, characters - len(written(short)) - 1)
    return short | {"columns": shown, "columns_left_out": len(columns) - len(shown)}


def answer_of_fields(sample: FieldSample, bounds: Bounds) -> dict[str, Any]:
    """Show as many fields as fit."""
    fields = [asdict(field) for field in sample.fields]
    answer = asdict(sample) | {
        "fields": [],
        "fields_left_out": sample.fields_left_out + len(fields),
    }
    shown = _fitting(fields, bounds.characters - len(written(answer)))
    return answer | {
        "fields": shown,
        "fields_left_out": answer["fields_left_out"] - len(shown),
    }


def answer_of_query(query: QueryState, page: Page, rows: int, bounds: Bounds) -> dict[str, Any]:
    """Show as many columns as fit into half of the answer, and then as many rows as fit."""
    # Left out is written with as many digits as it can have.
    answer = {
        "query_id": query.query_id,
        "columns": [],
        "columns_left_out": len(page.columns),
        "rows": [],
        "more_rows": False,
        "scanned_bytes": query.scanned_bytes,
        "cost_usd": query.cost_usd,
        "warnings": query.warnings,
    }
    columns = _fitting(
        [asdict(column) for column in page.columns],
        (bounds.characters - len(written(answer))) // 2,
    )
    answer |= {"columns": columns, "columns_left_out": len(page.columns) - len(columns)}
    wanted = [row[: len(columns)] for row in page.rows[:rows]]
    shown = _fitting_rows(wanted, bounds, bounds.characters - len(written(answer)))
    answer |= {
        "rows": shown,
        "more_rows": len(shown) < len(page.rows) or page.paging_token is not None,
    }
    if wanted and not shown:
        answer["note"] = "No row fits into the answer: select fewer columns, or parts of texts."
    return answer


def _fitting_rows(
    rows: Sequence[Sequence[Any]], bounds: Bounds, characters: int
) -> list[Sequence[Any]]:
    shorter = (most for most in _SHORTER_TEXTS if most < bounds.text_characters)
    for most in (bounds.text_characters, *shorter):
        shown = _fitting([[_shortened(value, most) for value in row] for row in rows], characters)
        if shown:
            return shown
    return []


def _fitting(entries: Sequence[Any], characters: int) -> list[Any]:
    """Return the first entries, as many as fit with a comma behind each."""
    left = characters
    for index, entry in enumerate(entries):
        left -= len(written(entry)) + 1
        if left < 0:
            return list(entries[:index])
    return list(entries)


def _shortened(value: Any, most: int) -> Any:
    text = value if isinstance(value, str) else written(value)
    return value if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"
