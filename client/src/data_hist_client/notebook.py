"""What a notebook shows: the progress of a query, and a table of its first rows."""

import sys
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from data_hist_client.documents import Column, Page, QueryState
from data_hist_client.figures import shown_rows, shown_work
from data_hist_client.table_text import cell_text, is_numeric
from data_hist_client.values import row_reader

# More belongs into a data frame.
_SHOWN_ROWS = 20
_CELL = "text-align:{};white-space:pre"
_FAINT = "opacity:0.6;font-weight:normal"


class Progress:
    """Shows in the output of a cell how far a query is."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._handle: Any = None

    def __call__(self, state: QueryState) -> None:
        """Show a state in place of the one before."""
        shown = _Line(figures_of(state))
        if self._handle is None:
            self._handle = self._display(shown, display_id=True)
        else:
            self._handle.update(shown)


class _Line:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f'<span style="{_FAINT}">{escape(self._text)}</span>'


def progress_of_notebook() -> Progress | None:
    """Return what shows progress, if this runs in a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if ipython is None or not hasattr(shell, "kernel"):
        return None
    return Progress(ipython.display.display)


def figures_of(state: QueryState) -> str:
    """Write what a query has taken so far."""
    return " · ".join([state.status.lower(), *shown_work(state)])


def html_table(page: Page) -> str:
    """Write the first rows of a result as a table with the types of its columns."""
    read = row_reader(page.columns)
    rows = [read(row) for row in page.rows[:_SHOWN_ROWS]]
    is_all = page.paging_token is None and len(rows) == len(page.rows)
    note = shown_rows(len(rows)) if is_all else f"the first {shown_rows(len(rows))}"
    return "".join(
        [
            f"<table><thead><tr>{''.join(map(_head, page.columns))}</tr></thead><tbody>",
            *(f"<tr>{''.join(_cells(page.columns, row))}</tr>" for row in rows),
            f'</tbody></table><span style="{_FAINT}">{note}</span>',
        ]
    )


def _head(column: Column) -> str:
    kind = f'<br><span style="{_FAINT}">{escape(column.type)}</span>'
    return f'<th style="{_cell_style(column)}">{escape(column.name)}{kind}</th>'


def _cells(columns: Sequence[Column], row: Sequence[Any]) -> Iterator[str]:
    for column, value in zip(columns, row, strict=True):
        text = escape(cell_text(value, column.type))
        shown = f'<span style="{_FAINT}">{text}</span>' if value is None else text
        yield f'<td style="{_cell_style(column)}">{shown}</td>'


def _cell_style(column: Column) -> str:
    return _CELL.format("right" if is_numeric(column) else "left")
