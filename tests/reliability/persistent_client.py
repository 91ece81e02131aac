"""A caller who does what the contract says: tries again what may be tried again, and counts."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from tests.reliability.calls import assert_nothing_secret

_MOST_TRIES = 300
_BROKEN = "broken off"


class PersistentClient:
    """Calls until there is an answer; `outcomes` counts what was answered on the way.

    It does not wait as long as `Retry-After` says, or tests would take hours.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.outcomes: Counter[int | str] = Counter()

    def json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """The document of an answer that is well."""
        answer: dict[str, Any] = self.ask(
            lambda: self._client.request(method, path, **request)
        ).json()
        return answer

    def ask(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Make a call until its answer is well and whole."""
        for _ in range(_MOST_TRIES):
            try:
                response = call()
            except (httpx.RemoteProtocolError, httpx.ReadError):
                self.outcomes[_BROKEN] += 1
                continue
            self.outcomes[response.status_code] += 1
            if response.status_code < 300:
                return response
            assert response.status_code in (429, 502, 503), response.text
            assert_nothing_secret(response.text)
        raise AssertionError(f"no answer in {_MOST_TRIES} tries: {self.outcomes}")

    def csv(self, query_id: str) -> bytes:
        """The whole CSV, read on from where it broke off."""
        received, etag = b"", ""
        for _ in range(_MOST_TRIES):
            headers = {"Accept-Encoding": "identity"}
            if received:
                headers |= {"Range": f"bytes={len(received)}-", "If-Range": etag}
            address = f"/results/{query_id}?format=csv"
            with self._client.stream("GET", address, headers=headers) as response:
                self.outcomes[response.status_code] += 1
                if response.status_code >= 300:
                    assert response.status_code in (429, 502, 503)
                    continue
                assert response.status_code == (206 if received else 200)
                etag = response.headers["etag"]
                try:
                    for chunk in response.iter_raw():
                        received += chunk
                except httpx.RemoteProtocolError:
                    self.outcomes[_BROKEN] += 1
                else:
                    return received
        raise AssertionError(f"no end in {_MOST_TRIES} tries: {self.outcomes}")
