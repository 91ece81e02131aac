"""Schemathesis over the running service: all its checks, and what one answer leads to.

The same cases in each run; what it found goes to the report of pytest. `FUZZ_EXAMPLES=200` makes it
a long one.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.reliability.fault_proxy import FaultProxy, at_random
from tests.reliability.faults import quick_faults
from tests.reliability.short_limits import SHORT_PAUSES
from tests.support.running_service import running_service, settings_for

# They bound a hang; how much is tried is a number of examples.
DEADLINE_SECONDS = 3_600
ANSWER_SECONDS = 120
TENANT = 11000
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
HOOKS = Path(__file__).with_name("contract_hooks.py")
CONFIGURATION = """
hooks = "{hooks}"

[generation]
deterministic = true
database = "none"
# No schema can say that no text in a body may hold a NUL.
allow-x00 = false

[dictionaries.sql]
values = [
  "SELECT 1 AS x",
  "SELECT servicename, count(*) AS records FROM events GROUP BY servicename",
  "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n)",
  "SELECT data FROM metrics WHERE servicename = ?",
  "SELECT 1/0",
  "SELECT nothing FROM events",
  "SELECT",
]

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", {server_errors}]

[checks.negative_data_rejection]
# A query that is too long is told by its size.
expected-statuses = ["400", "401", "403", "404", "405", "406", "413", "415", "422", "429", "5xx"]

[[operations]]
include-operation-id = "submit_query"
# Not each text is SQL, nor does it have a place for each parameter.
checks.positive_data_acceptance.expected-statuses = ["2xx", "422", "429", "5xx"]
[operations.parameters]
"body.query" = {{dictionary = "sql", probability = 0.9}}

[[operations]]
# Besides, a dry run has no query to cancel.
include-operation-id = "cancel_by_key"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "422", "429", "5xx"]
[operations.parameters]
"body.query" = {{dictionary = "sql", probability = 0.9}}

[[operations]]
include-operation-id = "get_status"
checks.positive_data_acceptance.expected-statuses = ["2xx", "404", "422", "429", "5xx"]

[[operations]]
# A paging token is opaque: another one is a 400.
include-operation-id = ["next_page", "list_queries"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404", "409", "429", "5xx"]

[[operations]]
# Not each text is a paging token, or the id or version of something saved; some name no version.
include-operation-id = ["list_saved", "get_saved", "replace_saved", "delete_saved"]
checks.positive_data_acceptance.expected-statuses = [
  "2xx", "400", "404", "412", "428", "429", "5xx",
]

[[operations]]
# Not each text is a time, or the name of a table.
include-operation-id = "list_fields"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "404", "429", "5xx"]

[[operations]]
include-operation-id = "get_results"
# The fuzzed service gives no links: 403.
checks.positive_data_acceptance.expected-statuses = [
  "2xx", "400", "403", "404", "406", "409", "416", "429", "5xx",
]
"""


def assert_contract_holds(
    service: httpx.Client, folder: Path, examples: int, server_errors: str
) -> None:
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(hooks=HOOKS, server_errors=server_errors))
    url = str(service.base_url).rstrip("/")
    found = subprocess.run(
        [
            *(Path(sys.executable).with_name("st"), "--config-file", configuration),
            *("run", f"{url}/openapi.json", "--url", url, "--no-color"),
            *("--max-examples", str(examples), "--continue-on-failure"),
            *("--request-timeout", str(ANSWER_SECONDS), "--suppress-health-check", "too_slow"),
            *("--header", f"X-Trebuchet-Tenant-Id: {TENANT}"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    print(found.stdout[-20_000:])
    assert found.returncode == 0, "what was found is printed above"


def test_contract(tenants: httpx.Client, tmp_path: Path) -> None:
    assert_contract_holds(tenants, tmp_path, EXAMPLES, '"599"')


def test_contract_under_faults(proxy: FaultProxy, tmp_path: Path) -> None:
    settings = settings_for(proxy.url, tenant_required=True)
    with (
        running_service(settings, limits=SHORT_PAUSES) as service,
        proxy.spoiling(at_random(quick_faults, 0.3, seed=4)),
    ):
        assert_contract_holds(service, tmp_path, EXAMPLES // 2, '"502", "503"')

    assert sum(proxy.spoilt.values()) > 50
