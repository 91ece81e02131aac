"""The contract's security schemes, tied to the one check that stands behind all of them.

Which of them a deployment asks for is a matter of settings, so that every scheme leads to the same
check, and Swagger UI's "Authorize" offers each.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from connexion.lifecycle import ConnexionRequest

from data_hist.auth.authentication import Authenticator
from data_hist.observability.request_context import current_request

Check = Callable[[ConnexionRequest], Awaitable[dict[str, Any]]]

_TENANT = "tenant"


class _Scheme:
    """What Connexion asks for the check of a scheme."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def get_fn(self, _scheme: dict[str, Any], _scopes: list[str]) -> Check:
        """The check, which leaves the tenant where `tenant_of_request` finds it."""

        async def check(request: ConnexionRequest) -> dict[str, Any]:
            tenant = await self._authenticator.tenant_of(request.scope["headers"])
            request.scope["state"][_TENANT] = tenant
            current_request().tenant = tenant
            return {}

        return check


def security_map(authenticator: Authenticator) -> dict[str, Callable[[], _Scheme]]:
    """Connexion's map from a kind of scheme to what checks it."""
    return dict.fromkeys(("apiKey", "basic"), lambda: _Scheme(authenticator))


def tenant_of_request(request: ConnexionRequest) -> int:
    """The tenant that the check has found."""
    return int(request.scope["state"][_TENANT])
