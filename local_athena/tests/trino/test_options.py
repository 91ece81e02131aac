"""The options and the environment that name a Trino cluster."""

import argparse
import base64

import pytest
from local_athena.backends.trino.client import TrinoServer
from local_athena.backends.trino.options import TrinoOptionsError, add_trino_options, read_server

from local_athena import command

PASSWORD, TOKEN = "LOCAL_ATHENA_TRINO_PASSWORD", "LOCAL_ATHENA_TRINO_TOKEN"
SECURE = "--trino-url=https://trino.example:8443"


def read(*arguments: str, **environment: str) -> TrinoServer:
    parser = argparse.ArgumentParser()
    add_trino_options(parser)
    return read_server(parser.parse_args(arguments), environment)


def test_a_cluster_needs_no_more_than_its_url() -> None:
    assert read("--trino-url=http://127.0.0.1:8080") == TrinoServer(
        "http://127.0.0.1:8080", "local-athena", "awsdatacatalog", None
    )


def test_user_and_catalog_are_options() -> None:
    server = read(SECURE, "--trino-user=ann", "--trino-catalog=hive")

    assert (server.user, server.catalog) == ("ann", "hive")


def test_a_password_is_sent_with_the_user() -> None:
    server = read(SECURE, "--trino-user=ann", **{PASSWORD: "pä:ss"})

    kind, _, credentials = str(server.authorization).partition(" ")
    assert (kind, base64.b64decode(credentials).decode()) == ("Basic", "ann:pä:ss")


def test_a_token_is_sent_as_it_is() -> None:
    assert read(SECURE, **{TOKEN: "a.b.c"}).authorization == "Bearer a.b.c"


@pytest.mark.parametrize(
    "url",
    [
        "trino.example:8443",
        "ftp://trino.example",
        "https://",
        "https://ann:secret@trino.example",
        "https://trino.example/path",
        "https://trino.example:port",
        "https://trino.example\n",
    ],
)
def test_url_that_is_none_of_a_trino(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("--trino-url", url)

    assert "write it as https://trino.example:8443" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "größe", "a\nb"])
def test_name_that_no_header_can_hold(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read(SECURE, "--trino-user", name)

    assert "must be printable ASCII" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ([], {}, "Trino needs --trino-url, the address of the cluster."),
        (
            ["--trino-url=http://trino.example"],
            {PASSWORD: "secret"},
            "Credentials are sent over TLS only: --trino-url must begin with https.",
        ),
        ([SECURE], {PASSWORD: "x", TOKEN: "y"}, f"Set either {PASSWORD} or {TOKEN}, not both."),
    ],
)
def test_what_does_not_fit(arguments: list[str], environment: dict[str, str], message: str) -> None:
    with pytest.raises(TrinoOptionsError) as error:
        read(*arguments, **environment)

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "DuckDB needs --data, the folder that stands for the bucket."),
        (["--backend=trino"], "Trino needs --trino-url, the address of the cluster."),
    ],
)
def test_a_backend_that_lacks_something_does_not_start(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = command.main(["serve", "--tables=tables.json", *options])

    assert (status, capsys.readouterr().err) == (1, f"local-athena: {message}\n")
