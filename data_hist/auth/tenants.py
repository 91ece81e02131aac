"""Read the caller's tenant from the header that the gateway sets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from data_hist.errors import Unauthenticated

OPERATOR = 1
"""The tenant that sees every customer's rows: Datapipe itself."""

_TENANT = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True)
class TenantPolicy:
    """How the tenant is read from a request.

    `header` is the header's name in any case. Without `required`, a request that lacks the header
    is the operator's.
    """

    header: str
    required: bool

    def tenant_of(self, headers: Iterable[tuple[bytes, bytes]]) -> int:
        """The caller's tenant, from the raw headers of an ASGI scope.

        Raises:
            Unauthenticated: The header is missing, stands there twice or is not a tenant.
        """
        name = self.header.lower().encode("ascii")
        # Blanks around a value are no part of it (RFC 9110, 5.5).
        values = [
            value.strip(b" \t").decode("latin-1") for key, value in headers if key.lower() == name
        ]
        if not values and not self.required:
            return OPERATOR
        if len(values) != 1 or not _TENANT.fullmatch(values[0]):
            raise Unauthenticated(
                f"Send the number of the tenant in the header {self.header}, once."
            )
        return int(values[0])
