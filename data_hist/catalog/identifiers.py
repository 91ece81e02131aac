"""Render names of the catalog as identifiers of SQL."""

import re
from typing import Final

_RESERVED_WORDS: Final = """
ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE
CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE
DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL
GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT
JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE
NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE
UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH
"""
RESERVED: Final = frozenset(_RESERVED_WORDS.split())
"""The words that are no names without quotes."""

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def render_identifier(name: str) -> str:
    """Render a name of the catalog, quoted only where people have to."""
    return quote_identifier(name) if name.upper() in RESERVED else name


def render_name(name: str) -> str:
    """Render any name, in lower case as Athena compares it, quoted only where it has to be."""
    return render_identifier(name) if _PLAIN.fullmatch(name) else quote_identifier(name)


def quote_identifier(name: str) -> str:
    """Render an identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'
