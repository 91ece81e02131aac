"""Authenticate a request: check its credentials, then read the tenant it names.

The credentials are a second line of defence behind the gateway: whoever has them may name any
tenant. Works on ASGI headers, without a framework.
"""

import asyncio
import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from data_hist.auth.passwords import Htpasswd, HtpasswdError
from data_hist.errors import Unauthenticated
from data_hist.settings import PREFIX, Settings, SettingsError

OPERATOR = 1
"""The tenant that sees the rows of every customer: Datapipe itself."""

RawHeaders = Sequence[tuple[bytes, bytes]]

_TENANT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True)
class TenantPolicy:
    """Where a request names its tenant.

    `header` is the name of the header in any case. Unless a tenant is `required`, a request
    without the header belongs to the operator.
    """

    header: str
    required: bool

    def tenant_of(self, headers: RawHeaders) -> int:
        """Read the tenant from raw ASGI headers.

        Raises:
            Unauthenticated: The header is missing, repeated or not a tenant.
        """
        # Surrounding whitespace is not part of a value (RFC 9110, 5.5).
        values = [value.strip(b" \t").decode("latin-1") for value in _values(headers, self.header)]
        if not values and not self.required:
            return OPERATOR
        if len(values) != 1 or not _TENANT.fullmatch(values[0]):
            raise Unauthenticated(
                f"Send the number of the tenant in the header {self.header}, once."
            )
        return int(values[0])


@dataclass(frozen=True)
class GatewaySecret:
    """A secret that the gateway sends in a header."""

    header: str
    secret: bytes

    def is_in(self, headers: RawHeaders) -> bool:
        """Whether the header is there once and holds the secret."""
        values = list(_values(headers, self.header))
        return len(values) == 1 and hmac.compare_digest(values[0], self.secret)


@dataclass(frozen=True)
class Authenticator:
    """Authenticates requests; without passwords and secret, it trusts the tenant header."""

    tenants: TenantPolicy
    passwords: Htpasswd | None = None
    gateway_secret: GatewaySecret | None = None
    # A single thread, so that wrong passwords cost one core at most.
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "passwords"), repr=False
    )

    @property
    def checks_credentials(self) -> bool:
        """Whether a request needs more than a tenant."""
        return self.passwords is not None or self.gateway_secret is not None

    async def tenant_of(self, headers: RawHeaders) -> int:
        """Return the tenant that a request may act for.

        Raises:
            Unauthenticated: The credentials or the tenant are missing or wrong.
        """
        if self.checks_credentials and not await self._is_trusted(headers):
            raise Unauthenticated(
                "The credentials are missing or wrong; ask the operator of this service for some."
            )
        return self.tenants.tenant_of(headers)

    async def _is_trusted(self, headers: RawHeaders) -> bool:
        if self.gateway_secret is not None and self.gateway_secret.is_in(headers):
            return True
        credentials = _basic_credentials(headers)
        if self.passwords is None or credentials is None:
            return False
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self.passwords.accepts, *credentials
        )


def authenticator_from(settings: Settings) -> Authenticator:
    """Build the authenticator that the settings ask for.

    Raises:
        SettingsError: The htpasswd file cannot be used.
    """
    try:
        passwords = Htpasswd.read(settings.htpasswd_file) if settings.htpasswd_file else None
    except HtpasswdError as error:
        raise SettingsError(f"{PREFIX}HTPASSWD_FILE: {error}") from error
    secret = settings.gateway_secret
    return Authenticator(
        TenantPolicy(settings.tenant_header, settings.tenant_required),
        passwords,
        GatewaySecret(settings.gateway_secret_header, secret.get_secret_value().encode())
        if secret
        else None,
    )


def _values(headers: RawHeaders, name: str) -> Iterator[bytes]:
    wanted = name.lower().encode("ascii")
    return (value for key, value in headers if key.lower() == wanted)


def _basic_credentials(headers: RawHeaders) -> tuple[str, str] | None:
    """Read user and password from HTTP Basic (RFC 7617), in UTF-8."""
    values = list(_values(headers, "Authorization"))
    if len(values) != 1:
        return None
    scheme, _, encoded = values[0].partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, separator, password = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if separator else None
