"""Values of `-p`: none of them becomes another one quietly."""

import argparse
from decimal import Decimal

import pytest
from data_hist_client.command import add_commands
from data_hist_client.command.parameter_values import parameter


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("-1.5e3", -1500.0),
        ("1E5", 1e5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("0.10", 0.1),
        ("12345678901234567.89", Decimal("12345678901234567.89")),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775809", Decimal("-9223372036854775809")),
        ("true", True),
        ("null", None),
        ("it's", "it's"),
        ("", ""),
        ("-", "-"),
        ("-abc", "-abc"),
        ("007", "007"),
        ("+41 44", "+41 44"),
        ("1 2", "1 2"),
        ("http://x", "http://x"),
        ("env:prod", "env:prod"),
        ("12:30", "12:30"),
        ("a (b): c", "a (b): c"),
        ("varchar:5", {"type": "varchar", "value": "5"}),
        ("varchar:env:prod", {"type": "varchar", "value": "env:prod"}),
        (
            "timestamp with time zone:2026-01-01 00:00:00 UTC",
            {"type": "timestamp with time zone", "value": "2026-01-01 00:00:00 UTC"},
        ),
        ("decimal(10, 2):1.50", {"type": "decimal(10,2)", "value": "1.50"}),
        ("Char (3):a", {"type": "char(3)", "value": "a"}),
        ("DATE:2026-01-01", {"type": "date", "value": "2026-01-01"}),
        ('json:{"a":\n1}', {"type": "json", "value": '{"a":\n1}'}),
    ],
)
def test_a_value_of_the_command_line(text: str, value: object) -> None:
    found = parameter(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("timestamp(3):2026-01-01 00:00:00", "write timestamp: without a size"),
        ("timestamp(3) with time zone:2026-01-01", "timestamp with time zone: without a size"),
        ("bigint(5):1", "write bigint: without a size"),
        ("decimal(a):1", "write decimal: without a size"),
        ("bytes:abcd", "varbinary:"),
        ("uuid:x", r"CAST\(\? AS uuid\)"),
        ("array(varchar):[1]", r"json_parse\(\?\)"),
        ("interval day to second:1", "the interval itself"),
        ("string:x", "write varchar:"),
        ("timestmp:2026-01-01", "did you mean timestamp:"),
        ("varchr:x", "did you mean varchar:"),
        ("1e400", "no double can hold"),
        ("1e-400", "no double can hold"),
        ("caf\udce9", "not valid UTF-8"),
    ],
)
def test_what_is_no_value_is_refused_with_what_is_one(text: str, advice: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=advice):
        parameter(text)


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (["-p", "-1e5"], [-1e5]),
        (["-p", "-abc", "-p", "-5"], ["-abc", -5]),
        (["--param", "-.5"], [-0.5]),
        (["-p-abc", "--param=--x"], ["-abc", "--x"]),
        (["-p", "-"], ["-"]),
    ],
)
def test_a_value_may_begin_with_a_minus(arguments: list[str], values: list[object]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())

    assert parser.parse_args(["query", "SELECT ?", *arguments]).param == values


@pytest.mark.parametrize("following", [["-o", "x.csv"], ["--dry-run"], []])
def test_an_option_is_no_value(following: list[str]) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_commands(parser.add_subparsers())

    with pytest.raises(SystemExit):
        parser.parse_args(["query", "SELECT ?", "-p", *following])
