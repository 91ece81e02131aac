"""Addresses and credentials: from the environment, or from a file that only its owner can read."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_hist_client.errors import UsageError
from data_hist_client.http import TENANT_HEADER, Address

LOCAL = "http://127.0.0.1:8080"
_DEFAULT = "default"
# What HTTP takes as the name and as the value of a header.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"([!-~]([\t -~]*[!-~])?)?")
_KEYS = {"url", "user", "password", "tenant", "tenant_header", "headers"}


@dataclass(frozen=True)
class Places:
    """The environment, and the folders of a person in it."""

    environment: Mapping[str, str]

    @classmethod
    def of_user(cls) -> "Places":
        """Return those of whoever runs this."""
        return cls(os.environ)

    @property
    def profiles(self) -> Path:
        """The file of profiles: below $XDG_CONFIG_HOME or ~/.config, on Windows below %APPDATA%."""
        return self._folder("XDG_CONFIG_HOME", ".config") / "profiles.toml"

    @property
    def history(self) -> Path:
        """The file of what was typed: below $XDG_STATE_HOME or ~/.local/state."""
        return self._folder("XDG_STATE_HOME", ".local/state") / "prompt-history"

    def _folder(self, variable: str, default: str) -> Path:
        if os.name == "nt":
            return Path(self.environment["APPDATA"]) / "data-hist"
        home = Path(self.environment.get("HOME") or Path.home())
        return Path(self.environment.get(variable) or home / default) / "data-hist"


def address_of(
    places: Places,
    *,
    url: str | None = None,
    profile: str | None = None,
    tenant: int | None = None,
) -> Address:
    """Find out where to ask, from one source: credentials never go to the address of another one.

    A variable of the environment that is empty is not set.

    That source is the `url` or else `DATA_HIST_URL`, both with the credentials of the environment;
    the `profile`, `DATA_HIST_PROFILE`, the profile `default`; or a service on this machine.

    Raises:
        UsageError: The profile is not there, or its file is not private or not valid.
    """
    environment = places.environment
    if url is None and profile is None:
        url = environment.get("DATA_HIST_URL") or None
        profile = environment.get("DATA_HIST_PROFILE") or None
    if url is not None:
        found = _of_environment(url, environment)
    elif profile is None and not places.profiles.exists():
        found = _of_environment(LOCAL, environment)
    else:
        found = _of_profile(places.profiles, profile or _DEFAULT)
    return found if tenant is None else replace(found, tenant=tenant)


def _of_environment(url: str, environment: Mapping[str, str]) -> Address:
    user = environment.get("DATA_HIST_USER") or None
    password = environment.get("DATA_HIST_PASSWORD") or None
    tenant = environment.get("DATA_HIST_TENANT") or None
    if tenant is not None and not tenant.isdecimal():
        raise UsageError("DATA_HIST_TENANT must be a number.")
    return Address(
        url,
        auth=_credentials(user, password, "DATA_HIST_USER and DATA_HIST_PASSWORD"),
        tenant=int(tenant) if tenant else None,
    )


def _of_profile(path: Path, name: str) -> Address:
    profiles = _read_profiles(path)
    profile = profiles.get(name)
    if not isinstance(profile, dict):
        raise UsageError(f"{path} has no profile {name!r}; it has {', '.join(profiles) or 'none'}.")
    if unknown := profile.keys() - _KEYS:
        raise UsageError(
            f"{path}: profile {name!r} has the unknown key {min(unknown)!r}; "
            f"there are {', '.join(sorted(_KEYS))}."
        )
    if not isinstance(profile.get("url"), str):
        raise UsageError(f"{path}: profile {name!r} has no url.")
    return _checked(profile, f"{path}: profile {name!r}: ")


def _checked(profile: Mapping[str, Any], where: str) -> Address:
    for key, kind in (("user", str), ("password", str), ("tenant_header", str), ("tenant", int)):
        # True is an int, too.
        if key in profile and type(profile[key]) is not kind:
            raise UsageError(f"{where}{key} must be a {'number' if kind is int else 'string'}.")
    headers = profile.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(each, str) for each in headers.values()):
        raise UsageError(f"{where}headers must be a table of strings.")
    tenant_header = profile.get("tenant_header", TENANT_HEADER)
    for name in (*headers, tenant_header):
        if not _HEADER_NAME.fullmatch(name):
            raise UsageError(f"{where}{name!r} is no name of a header.")
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise UsageError(
                f"{where}the header {name!r} must be ASCII, in one line, with no space around it."
            )
    user, password = profile.get("user"), profile.get("password")
    return Address(
        profile["url"],
        auth=_credentials(user, password, f"{where}user and password"),
        tenant=profile.get("tenant"),
        headers=headers,
        tenant_header=tenant_header,
    )


def _credentials(user: str | None, password: str | None, names: str) -> tuple[str, str] | None:
    if user is None and password is None:
        return None
    if user is None or password is None:
        raise UsageError(f"{names} belong together.")
    return user, password


def _read_profiles(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise UsageError(
                    f"Others can read {path}, which has credentials: run `chmod 600 {path}`."
                )
            return tomllib.load(file)
    except OSError as error:
        raise UsageError(f"Cannot read {path} ({error.strerror}).") from error
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
