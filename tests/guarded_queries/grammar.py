"""A grammar of queries over the served tables, all of which the guard has to admit."""

from random import Random

from hypothesis import strategies as st

from tests.guarded_queries.expressions import TYPES, Column, Expressions
from tests.guarded_queries.profiles import seeded
from tests.guarded_queries.spelling import spelled

_COLUMNS = {
    **dict.fromkeys(("servicename", "service", "tags", "data", "dt", "hr", "min"), "varchar"),
    **dict.fromkeys(("customerid", "createdtimestamp", "arrivaltimestamp"), "bigint"),
}
_QUALIFIERS = ("", "", "data_hist . ", "awsdatacatalog . data_hist . ")
_JOINS = ("JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT OUTER JOIN", "FULL JOIN")
_SET_OPERATORS = ("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "UNION DISTINCT")

Ctes = dict[str, list[Column]]


class QueryWriter:
    """Writes one query; the same random numbers write the same query."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._count = 0
        self._ctes: Ctes = {}
        self._expressions = Expressions(chance, self._one_column)

    def query(self, types: list[str], depth: int, outer: list[Column] | None = None) -> str:
        """A query whose columns `c0`, `c1`, ... have these types."""
        saved = dict(self._ctes)
        text = self._with(depth) if depth > 0 and self._chance.random() < 0.25 else ""
        text += self._select(types, depth, outer or [])
        for _ in range(self._chance.choice((0, 0, 0, 1, 2)) if depth > 0 else 0):
            operator = self._chance.choice(_SET_OPERATORS)
            other = self._select(types, depth - 1, outer or [])
            text += f" {operator} {f'( {other} )' if self._chance.random() < 0.3 else other}"
        self._ctes = saved
        return text + self._ending(len(types))

    def _ending(self, width: int) -> str:
        if self._chance.random() < 0.6:
            return ""
        # In order of all columns what LIMIT leaves is determined.
        keys = (
            f"{place} {self._chance.choice(('', 'ASC', 'DESC', 'DESC NULLS FIRST'))}"
            for place in range(1, width + 1)
        )
        offset = self._chance.choice(("", "", " OFFSET 1", " OFFSET 2 ROWS"))
        limit = self._chance.choice(("", " LIMIT 3", " FETCH FIRST 2 ROWS ONLY"))
        return f" ORDER BY {' , '.join(keys)}{offset}{limit}"

    def _name(self) -> str:
        self._count += 1
        name = self._chance.choice(("t", "q_", "value", "min"))
        return f"{name}{self._count}"

    def _types(self) -> list[str]:
        return [self._chance.choice(TYPES) for _ in range(self._chance.randint(1, 3))]

    def _with(self, depth: int) -> str:
        entries = []
        for _ in range(self._chance.randint(1, 2)):
            name, types = self._name(), self._types()
            body = self.query(types, depth - 1)
            names = [f"k{index}" for index in range(len(types))]
            entries.append(f"{name} ( {' , '.join(names)} ) AS ( {body} )")
            self._ctes[name] = [Column(*pair) for pair in zip(names, types, strict=True)]
        return f"WITH {' , '.join(entries)} "

    def _select(self, types: list[str], depth: int, outer: list[Column]) -> str:
        source, columns = self._from(depth)
        where = ""
        if self._chance.random() < 0.5:
            where = f" WHERE {self._expressions.of('boolean', columns + outer, depth)}"
        if self._chance.random() < 0.25:
            return self._grouped(types, depth, source + where, columns)
        items = [self._item(kind, depth, columns, outer) for kind in types]
        distinct = self._chance.choice(("", "", "DISTINCT ", "ALL "))
        return f"SELECT {distinct}{_listed(items)} FROM {source}{where}"

    def _item(self, kind: str, depth: int, columns: list[Column], outer: list[Column]) -> str:
        if kind == "bigint" and self._chance.random() < 0.15:
            return self._window(columns)
        return self._expressions.of(kind, columns + outer, depth)

    def _window(self, columns: list[Column]) -> str:
        call = self._chance.choice(("rank ( )", "count ( * )", "dense_rank ( )"))
        keys = [self._expressions.of("varchar", columns, 0) for _ in range(2)]
        partition = f"PARTITION BY {keys[0]} " if self._chance.random() < 0.5 else ""
        return f"{call} OVER ( {partition}ORDER BY {keys[1]} DESC )"

    def _grouped(self, types: list[str], depth: int, source: str, columns: list[Column]) -> str:
        key = self._chance.choice([c.text for c in columns])
        items = [self._expressions.aggregate(kind, columns, depth - 1) for kind in types]
        form = self._chance.choice(("{}", "ROLLUP ( {} )", "GROUPING SETS ( ( {} ) , ( ) )"))
        having = f" HAVING {self._expressions.aggregate('boolean', columns, 0)}"
        grouping = f" GROUP BY {form.format(key)}" if self._chance.random() < 0.7 else ""
        kept = having if self._chance.random() < 0.3 else ""
        return f"SELECT {_listed(items)} FROM {source}{grouping}{kept}"

    def _from(self, depth: int) -> tuple[str, list[Column]]:
        text, columns = self._relation(depth)
        for _ in range(self._chance.choice((0, 0, 0, 1, 1, 2)) if depth > 0 else 0):
            if self._chance.random() < 0.2:
                more, new = self._dependent(columns, depth)
                text += f" CROSS JOIN {more}"
            else:
                more, new = self._relation(depth - 1)
                text += self._joined(more, columns + new)
            columns = columns + new
        return text, columns

    def _joined(self, relation: str, columns: list[Column]) -> str:
        roll = self._chance.random()
        if roll < 0.2:
            return f" , {relation}"
        if roll < 0.3:
            return f" CROSS JOIN {relation}"
        condition = self._expressions.of("varchar", columns[:3], 0)
        other = self._expressions.of("varchar", columns[-3:], 0)
        return f" {self._chance.choice(_JOINS)} {relation} ON {condition} = {other}"

    def _relation(self, depth: int) -> tuple[str, list[Column]]:
        roll, alias = self._chance.random(), self._name()
        if depth <= 0 or roll < 0.5:
            return self._table(alias)
        if roll < 0.6 and self._ctes:
            name = self._chance.choice(sorted(self._ctes))
            return f"{name} AS {alias}", _of(alias, self._ctes[name])
        if roll < 0.7:
            rows = "( 'svc-a' , 1 ) , ( NULL , 2 )"
            return f"( VALUES {rows} ) AS {alias} ( s , n )", _of(
                alias, [Column("s", "varchar"), Column("n", "bigint")]
            )
        types = self._types()
        body = self.query(types, depth - 1)
        names = [Column(f"c{index}", kind) for index, kind in enumerate(types)]
        listed = " , ".join(column.text for column in names)
        return f"( {body} ) AS {alias} ( {listed} )", _of(alias, names)

    def _table(self, alias: str) -> tuple[str, list[Column]]:
        table = self._chance.choice(("events", "metrics"))
        name = self._chance.choice(_QUALIFIERS) + table
        columns = [Column(*pair) for pair in _COLUMNS.items()]
        if self._chance.random() < 0.1:
            return f"( SELECT * FROM {name} ) {alias}", _of(alias, columns)
        sample = self._chance.choice(("", "", "", " TABLESAMPLE BERNOULLI ( 100 )"))
        return f"{name} {self._chance.choice(('', 'AS '))}{alias}{sample}", _of(alias, columns)

    def _dependent(self, columns: list[Column], depth: int) -> tuple[str, list[Column]]:
        alias = self._name()
        if self._chance.random() < 0.3:
            item = self._expressions.of("varchar", columns, 1)
            return f"LATERAL ( SELECT {item} ) AS {alias} ( u )", [
                Column(f"{alias} . u", "varchar")
            ]
        item = self._expressions.of("varchar", columns, min(depth, 1))
        return (
            f"UNNEST ( split ( {item} , ',' ) ) WITH ORDINALITY AS {alias} ( u , o )",
            _of(alias, [Column("u", "varchar"), Column("o", "bigint")]),
        )

    def _one_column(self, kind: str, outer: list[Column], depth: int) -> str:
        source, columns = self._table(self._name())
        value = self._expressions.aggregate(kind, columns, 0)
        condition = self._expressions.of("boolean", columns + outer, min(depth, 1))
        return f"SELECT {value} FROM {source} WHERE {condition}"


def _listed(items: list[str]) -> str:
    return " , ".join(f"{item} AS c{index}" for index, item in enumerate(items))


def _of(alias: str, columns: list[Column]) -> list[Column]:
    return [Column(f"{alias} . {column.text}", column.type) for column in columns]


def is_name(word: str) -> bool:
    """Whether a word of a query is a name of the data, to which quotes make no difference."""
    return word in {*_COLUMNS, "events", "metrics", "data_hist", "awsdatacatalog"} - {"min"}


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Queries, in any spelling."""
    chance = seeded(draw(st.integers(0, 2**32)))
    writer = QueryWriter(chance)
    types = [chance.choice(TYPES) for _ in range(chance.randint(1, 3))]
    return spelled(writer.query(types, depth=chance.randint(1, 3)), chance, is_name)
