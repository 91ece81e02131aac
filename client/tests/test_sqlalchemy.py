"""The dialect, and the tools that ask through it: pandas, %sql, and what Superset calls."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pandas as pd
import pytest
import sqlalchemy as sa
from data_hist_client.sqlalchemy_dialect import type_of
from sqlalchemy import exc


@pytest.fixture
def address(url: str) -> str:
    return url.replace("http://", "data_hist+http://")


@pytest.fixture
def engine(address: str) -> Iterator[sa.Engine]:
    each = sa.create_engine(address)
    yield each
    each.dispose()


@pytest.fixture
def events(engine: sa.Engine) -> sa.Table:
    return sa.Table("events", sa.MetaData(), autoload_with=engine)


def test_tables_and_columns_are_reflected(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)

    assert inspector.get_schema_names() == ["data_hist"]
    assert inspector.get_table_names() == inspector.get_table_names("data_hist")
    assert inspector.get_table_names() == ["events", "metrics", "logs"]
    assert inspector.get_table_names("other") == inspector.get_view_names() == []
    assert inspector.get_materialized_view_names() == inspector.get_sequence_names() == []
    assert inspector.get_temp_table_names() == inspector.get_temp_view_names() == []
    assert inspector.has_table("events")
    assert not inspector.has_table("nothing")
    columns = {each["name"]: each for each in inspector.get_columns("events")}
    assert isinstance(columns["time"]["type"], sa.TIMESTAMP)
    assert isinstance(columns["service"]["type"], sa.VARCHAR)
    assert columns["time"]["comment"] == "When the record was created, in UTC."
    assert "archived" in (inspector.get_table_comment("events")["text"] or "")
    assert inspector.get_pk_constraint("events")["constrained_columns"] == []
    assert inspector.get_indexes("events") == inspector.get_foreign_keys("events") == []
    assert inspector.get_unique_constraints("events") == []
    assert inspector.get_check_constraints("events") == []
    with pytest.raises(exc.NoSuchTableError):
        inspector.get_columns("nothing")


def test_statements_of_the_expression_language(engine: sa.Engine, events: sa.Table) -> None:
    service, time = events.c.service, events.c.time
    statement = (
        sa.select(service, sa.func.count().label("n"), sa.cast(sa.func.max(time), sa.Date))
        .where(time >= datetime(2026, 11, 20, 5), service.like("%a%"), service.in_(["iam-admin"]))
        .group_by(service)
        .order_by(sa.desc("n"))
        .limit(10)
    )

    with engine.connect() as connection:
        assert connection.execute(statement).all() == [("iam-admin", 10, date(2026, 11, 20))]


LEVEL_IS_INFO = sa.literal("INFO") == sa.literal("INFO")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (sa.literal(7) / sa.literal(2), 3.5),
        (sa.literal(-7) / 2, -3.5),
        (sa.literal(7) // sa.literal(2), 3),
        (sa.func.count() / sa.literal(4), 0.25),
        (sa.literal(7.0) / 2, 3.5),
        (sa.literal(7) / sa.literal(2.0), 3.5),
        (sa.literal(Decimal("7.0")) / sa.literal(Decimal("2.0")), Decimal("3.5")),
        (LEVEL_IS_INFO.is_(True), True),
        (LEVEL_IS_INFO.is_(False), False),
        (LEVEL_IS_INFO.is_not(True), False),
        (LEVEL_IS_INFO.is_(None), False),
        (LEVEL_IS_INFO.is_not(None), True),
        (
            sa.literal(datetime(2026, 1, 2)) - timedelta(days=1, milliseconds=5),
            datetime(2025, 12, 31, 23, 59, 59, 995000),
        ),
        (sa.func.to_hex(sa.literal(b"a\x00b")), "610062"),
        (sa.cast(sa.literal(time(1, 2, 3, 4000)), sa.String), "01:02:03.004000"),
    ],
)
@pytest.mark.parametrize("literal_binds", [False, True])
def test_values_of_expressions(
    engine: sa.Engine, expression: sa.ColumnElement, value: object, literal_binds: bool
) -> None:
    statement = sa.select(expression.label("x"))
    if literal_binds:
        text = statement.compile(engine, compile_kwargs={"literal_binds": True})
        statement = sa.text(str(text))

    with engine.connect() as connection:
        assert connection.scalar(statement) == value


def test_a_decimal_needs_its_digits(engine: sa.Engine) -> None:
    with pytest.raises(exc.CompileError, match=r"Numeric\(18, 6\)"):
        sa.select(sa.cast("1.55", sa.Numeric)).compile(engine)


def test_pages_of_a_statement(engine: sa.Engine, events: sa.Table) -> None:
    ordered = sa.select(events.c.time).order_by(events.c.time)

    with engine.connect() as connection:
        times = connection.scalars(ordered).all()
        assert connection.scalars(ordered.limit(3).offset(2)).all() == times[2:5]
        assert connection.scalars(ordered.offset(18)).all() == times[18:]


def test_literals_have_their_type(engine: sa.Engine, events: sa.Table) -> None:
    statement = sa.select(sa.func.count()).where(
        events.c.time >= datetime(2026, 11, 20, 5, 1),
        sa.cast(events.c.time, sa.Date) == date(2026, 11, 20),
        events.c.service == "it's",
    )

    text = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))

    assert "TIMESTAMP '2026-11-20 05:01:00'" in text
    assert "DATE '2026-11-20'" in text
    with engine.connect() as connection:
        assert connection.execute(sa.text(text)).scalar() == 0
        moment = sa.literal(datetime(2026, 1, 1, tzinfo=UTC), sa.TIMESTAMP(timezone=True))
        shown = str(sa.select(moment).compile(engine, compile_kwargs={"literal_binds": True}))
        assert connection.execute(sa.text(shown)).scalar() == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.Numeric(10, 2), Decimal("1.10")),
        (sa.Float(), 1.5),
        (sa.Text(), "1"),
        (sa.BigInteger(), 2**62),
        (sa.Boolean(), True),
        (sa.DateTime(), datetime(2026, 1, 2, 3, 4, 5)),
        (sa.DateTime(timezone=True), datetime(2026, 1, 2, tzinfo=UTC)),
        (sa.Date(), date(2026, 1, 2)),
        (sa.LargeBinary(), b"\x00\xff"),
    ],
)
def test_casts_to_types_of_sqlalchemy(
    engine: sa.Engine, kind: sa.types.TypeEngine, value: object
) -> None:
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.cast(value, kind))) == value


@pytest.mark.parametrize(
    ("athena_type", "expected"),
    [
        ("decimal(10,2)", sa.DECIMAL(10, 2)),
        ("varchar(5)", sa.VARCHAR(5)),
        ("varchar", sa.VARCHAR()),
        ("timestamp(3) with time zone", sa.TIMESTAMP(timezone=True)),
        ("timestamp", sa.TIMESTAMP()),
        ("double", sa.FLOAT()),
        ("json", sa.types.NullType()),
        ("array(bigint)", sa.types.NullType()),
    ],
)
def test_types_of_columns(athena_type: str, expected: sa.types.TypeEngine) -> None:
    found = type_of(athena_type)

    assert isinstance(found, type(expected))
    for attribute in ("precision", "scale", "length", "timezone"):
        assert getattr(found, attribute, None) == getattr(expected, attribute, None)


def test_reserved_names_are_quoted(engine: sa.Engine) -> None:
    quote = engine.dialect.identifier_preparer.quote

    assert [quote(name) for name in ("select", "unnest", "a b", "plain")] == [
        *('"select"', '"unnest"', '"a b"', "plain")
    ]


def test_an_error_shows_the_place(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(exc.ProgrammingError, match=r"  \| {8}\^"):
        connection.execute(sa.text("SELECT lenght(tags) FROM events"))


def test_a_connection_is_checked_before_use(address: str) -> None:
    engine = sa.create_engine(address, pool_pre_ping=True)

    for _ in range(2):
        with engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data_hist://host", ["https://host"]),
        ("data_hist://ada:p%40ss@host:8443/v1", ["https://host:8443/v1/data_hist"]),
        ("data_hist+http://host:8080/", ["http://host:8080"]),
        ("data_hist://[::1]/v1", ["https://[::1]/v1/data_hist"]),
        ("data_hist://[::1]:8443/v1", ["https://[::1]:8443/v1/data_hist"]),
        ("data_hist://host/prefix/v0/data_hist?tenant=7", ["https://host/prefix/v0/data_hist"]),
    ],
)
def test_the_address_in_a_url(url: str, expected: list[str]) -> None:
    dialect = sa.make_url(url).get_dialect()()

    arguments, options = dialect.create_connect_args(sa.make_url(url))

    assert arguments == expected
    assert options == {
        **({"auth": ("ada", "p@ss")} if "ada" in url else {}),
        **({"tenant": 7} if "tenant" in url else {}),
    }


def test_a_parameter_of_the_url_that_is_unknown() -> None:
    with pytest.raises(exc.ArgumentError, match="'tenent'"):
        sa.create_engine("data_hist://host?tenent=7").connect()


def test_a_tenant_of_the_url_that_is_no_number() -> None:
    with pytest.raises(exc.ArgumentError, match="'abc'"):
        sa.create_engine("data_hist://host?tenant=abc").connect()


def test_autocommit_is_the_level_of_isolation(address: str) -> None:
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")

    with engine.connect() as connection:
        assert connection.get_isolation_level() == "AUTOCOMMIT"
        assert connection.scalar(sa.text("SELECT 1")) == 1
    with pytest.raises(exc.ArgumentError):
        sa.create_engine(address, isolation_level="SERIALIZABLE").connect()
    engine.dispose()


def test_a_tenant_of_the_url(address: str) -> None:
    engine = sa.create_engine(f"{address}?tenant=11001")

    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM events")) == 10
    engine.dispose()


def test_pandas_reads_sql(engine: sa.Engine) -> None:
    frame = pd.read_sql("SELECT service, time FROM events ORDER BY time", engine)

    assert frame.shape == (20, 2)
    assert frame["time"].dtype.kind == "M"


def test_superset_explores_a_table(engine: sa.Engine) -> None:
    """What its engine calls: names, columns, a preview, a chart over time with a row limit."""
    inspector = sa.inspect(engine)
    (schema,) = inspector.get_schema_names()
    columns = inspector.get_columns("events", schema)
    quoted = engine.dialect.identifier_preparer.quote
    preview = (
        f"SELECT {', '.join(quoted(each['name']) for each in columns)} FROM {schema}.events LIMIT 5"
    )
    events = sa.table("events", sa.column("time", sa.TIMESTAMP()), schema=schema)
    grain = sa.func.date_trunc("minute", events.c.time).label("__timestamp")
    chart = (
        sa.select(grain, sa.func.count().label("count"))
        .where(events.c.time >= datetime(2026, 11, 20), events.c.time < datetime(2026, 11, 21))
        .group_by(grain)
        .order_by(sa.desc("count"))
        .limit(1000)
    )
    text = str(chart.compile(engine, compile_kwargs={"literal_binds": True}))

    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute(preview)
    assert [each[0] for each in cursor.description] == [each["name"] for each in columns]
    assert len(cursor.fetchmany(1000)) == 5
    cursor.execute(text)
    assert len(cursor.fetchall()) == 20
    raw.close()
