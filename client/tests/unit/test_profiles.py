"""Whom to ask: the environment and the file of profiles."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from data_hist_client import UsageError
from data_hist_client.http import Address
from data_hist_client.profiles import Places, address_of

PROFILES = """
[default]
url = "https://default.example"

[production]
url = "https://production.example/v1/data_hist"
user = "ada"
password = "secret"
tenant = 11000
tenant_header = "X-Tenant"
headers = { Authorization-Token = "token" }
"""
PRODUCTION = Address(
    "https://production.example/v1/data_hist",
    auth=("ada", "secret"),
    tenant=11000,
    headers={"Authorization-Token": "token"},
    tenant_header="X-Tenant",
)
OF_ENVIRONMENT = {
    "DATA_HIST_URL": "https://ci.example",
    "DATA_HIST_USER": "ci",
    "DATA_HIST_PASSWORD": "secret",
    "DATA_HIST_TENANT": "7",
}


def places_with(folder: Path, profiles: str | None, environment: Mapping[str, str]) -> Places:
    places = Places({"HOME": str(folder), **environment})
    if profiles is not None:
        places.profiles.parent.mkdir(parents=True)
        places.profiles.touch(mode=0o600)
        places.profiles.write_text(profiles)
    return places


@pytest.mark.parametrize(
    ("profiles", "environment", "chosen", "expected"),
    [
        (None, {}, {}, Address("http://127.0.0.1:8080")),
        (PROFILES, {}, {}, Address("https://default.example")),
        (PROFILES, {}, {"profile": "production"}, PRODUCTION),
        (PROFILES, {"DATA_HIST_PROFILE": "production"}, {}, PRODUCTION),
        (PROFILES, OF_ENVIRONMENT, {"profile": "production"}, PRODUCTION),
        (PROFILES, OF_ENVIRONMENT, {}, Address("https://ci.example", ("ci", "secret"), 7)),
        (None, OF_ENVIRONMENT, {"tenant": 8}, Address("https://ci.example", ("ci", "secret"), 8)),
        (
            None,
            OF_ENVIRONMENT,
            {"url": "https://typed.example"},
            Address("https://typed.example", ("ci", "secret"), 7),
        ),
        (None, dict.fromkeys(OF_ENVIRONMENT, ""), {}, Address("http://127.0.0.1:8080")),
        (
            "[default]\nurl = 'https://x'\nheaders = {A = '', B = 'a b'}",
            {},
            {},
            Address("https://x", headers={"A": "", "B": "a b"}),
        ),
        # A password goes to the address that it belongs to, and to no other.
        (PROFILES, {}, {"url": "https://typed.example"}, Address("https://typed.example")),
        (PROFILES, {}, {"tenant": 9}, Address("https://default.example", tenant=9)),
    ],
)
def test_one_source_names_the_service(
    tmp_path: Path,
    profiles: str | None,
    environment: Mapping[str, str],
    chosen: dict[str, Any],
    expected: Address,
) -> None:
    assert address_of(places_with(tmp_path, profiles, environment), **chosen) == expected


@pytest.mark.parametrize(
    ("profiles", "environment", "message"),
    [
        ("", {}, "no profile 'default'; it has none"),
        ("[other]\nurl = 'https://x'", {}, "no profile 'default'; it has other"),
        ("[default]\nuser = 'x'", {}, "has no url"),
        ("[default]\nurl = 'https://x'\npasword = 'x'", {}, "unknown key 'pasword'"),
        ("[default]\nurl = 'https://x'\nuser = 'x'", {}, "user and password belong together"),
        ("[default]\nurl = 'https://x'\ntenant = 'x'", {}, "tenant must be a number"),
        ("[default]\nurl = 'https://x'\nuser = 1\npassword = 'x'", {}, "user must be a string"),
        ("[default]\nurl = 'https://x'\nheaders = 'x'", {}, "headers must be a table"),
        ("[default]\nurl = 'https://x'\ntenant = true", {}, "tenant must be a number"),
        ("[default]\nurl = 'https://x'\ntenant_header = ''", {}, "'' is no name of a header"),
        ("[default]\nurl = 'https://x'\nheaders = {'X A' = 'x'}", {}, "'X A' is no name"),
        ("[default]\nurl = 'https://x'\nheaders = {'X:' = 'x'}", {}, "'X:' is no name"),
        ("[default]\nurl = 'https://x'\nheaders = {'Ä' = 'x'}", {}, "'Ä' is no name"),
        ("[default]\nurl = 'https://x'\nheaders = {X = 'ä'}", {}, "'X' must be ASCII"),
        ('[default]\nurl = "https://x"\nheaders = {X = "a\\nb"}', {}, "'X' must be ASCII"),
        ('[default]\nurl = "https://x"\nheaders = {X = "a\\u0000"}', {}, "'X' must be ASCII"),
        ("[default]\nurl = 'https://x'\nheaders = {X = ' a'}", {}, "no space around it"),
        ("[default", {}, "not valid TOML"),
        (None, {"DATA_HIST_PROFILE": "x"}, "Cannot read"),
        (None, {"DATA_HIST_USER": "x"}, "belong together"),
        (None, {"DATA_HIST_TENANT": "x"}, "must be a number"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, profiles: str | None, environment: Mapping[str, str], message: str
) -> None:
    places = places_with(tmp_path, profiles, environment)
    if "DATA_HIST_PROFILE" in environment:
        assert not places.profiles.exists()

    with pytest.raises(UsageError, match=message):
        address_of(places, profile=environment.get("DATA_HIST_PROFILE"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    places = places_with(tmp_path, PROFILES, {})
    places.profiles.chmod(mode)

    with pytest.raises(UsageError, match=f"chmod 600 {places.profiles}"):
        address_of(places)


def test_files_are_where_the_system_keeps_them(tmp_path: Path) -> None:
    home = Places({"HOME": "/home/ada"})
    moved = Places({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"})

    assert home.profiles == Path("/home/ada/.config/data-hist/profiles.toml")
    assert home.history == Path("/home/ada/.local/state/data-hist/prompt-history")
    assert moved.profiles == Path("/c/data-hist/profiles.toml")
    assert moved.history == Path("/s/data-hist/prompt-history")


@pytest.mark.parametrize("url", ["HTTP://x", "Https://x/v1/data_hist"])
def test_a_scheme_may_be_in_any_case(url: str) -> None:
    assert Address(url).base_url().endswith("://x/v1/data_hist")


def test_no_secret_is_shown() -> None:
    assert "secret" not in repr(PRODUCTION)
    assert "token" not in repr(PRODUCTION).lower().replace("authorization-token", "")
