"""Rows of Athena's CSV, decoded by column.

With the modules that work on its tables the only user of pyarrow, which is loaded with the first
rows that are read: it takes long to import.
"""

from collections.abc import Sequence

import pyarrow as pa
from pyarrow import csv

from data_hist.errors import EngineFailed


def read_rows(rows: bytes, types: Sequence[pa.DataType]) -> pa.Table:
    """Decode whole rows, without a header; NULL is nothing at all, the empty string is `""`.

    Raises:
        ArrowException: They are not rows of these types.
    """
    # Numbers for names, since two columns of a result may share theirs.
    names = [str(number) for number in range(len(types))]
    return csv.read_csv(
        pa.BufferReader(rows),
        read_options=csv.ReadOptions(
            use_threads=False, column_names=names, block_size=len(rows) + 1
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["true"],
            false_values=["false"],
        ),
    )


def read_texts(rows: bytes, column_count: int) -> pa.Table:
    """Decode whole rows as nothing but text; bytes that are not UTF-8 become U+FFFD.

    Raises:
        EngineFailed: They are not rows of so many columns.
    """
    readable = rows.decode("utf-8", "replace").encode()
    try:
        return read_rows(readable, [pa.string()] * column_count)
    except pa.ArrowException as error:
        raise EngineFailed("The result object has other columns than the result.") from error
