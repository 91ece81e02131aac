"""The deployment page: its commands name what there is."""

import json
import re
import shlex

import httpx
import pytest
import yaml

from data_hist.settings import PREFIX, Settings
from tests.deploy.glue_tables import SOURCES, with_topics
from tests.deploy.stacks import PAGE, ROOT, parameters_of

BLOCKS = re.findall(r"^```bash\n(.*?)^```", PAGE, re.M | re.S)
COMMANDS = [
    shlex.split(command)
    for block in BLOCKS
    for command in re.sub(r"\\\n", "", block).split("\n")
    if not command.startswith(" ") and command.count("'") % 2 == 0
]
MADE_ON_THE_WAY = {"deploy/kubernetes/settings.env", "deploy/gateway/secrets"}


@pytest.mark.parametrize("template", ["archive", "tables", "service", "tenant"])
def test_stacks_get_the_parameters_that_they_have(template: str) -> None:
    path = ROOT / f"deploy/aws/{template}.yaml"
    (deploy,) = (
        command
        for command in COMMANDS
        if "deploy" in command and f"deploy/aws/{template}.yaml" in command
    )
    given = {part.split("=")[0] for part in deploy[deploy.index("--parameter-overrides") + 1 :]}

    parameters = parameters_of(path)
    assert given <= set(parameters)
    assert {name for name, field in parameters.items() if "Default" not in field} <= given


def test_parameters_of_the_page_are_there() -> None:
    table = PAGE.split("| parameter |")[1].split("\n\n")[0]
    named = {name for row in re.findall(r"^\| (`.*?`) \|", table, re.M) for name in _names(row)}

    assert named
    assert named <= set(parameters_of(ROOT / "deploy/aws/service.yaml"))


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_a_customers_policy_is_the_same_in_all_places() -> None:
    section = PAGE.split("### A customer with a policy of its own")[1].split("\n## ")[0]
    given = dict(re.findall(r"\b([A-Z]\w+)=(\{.*?\}|[^\s`]+)", section))
    parameters = parameters_of(ROOT / "deploy/aws/archive.yaml")
    settings = {PREFIX + name.upper() for name in Settings.model_fields}

    assert set(given) <= set(parameters) | settings
    assert all(
        re.fullmatch(parameters[name]["AllowedPattern"], value)
        for name, value in given.items()
        if name in parameters
    )
    (values,) = re.findall(r"values: \[events, events-(\w+)\]", section)
    customer = str(values)
    (days,) = {given[f"CustomerPolicy{number}"].split(",")[1] for number in (1, 2)}
    assert given["CustomerPolicy1"].startswith(f"events-{customer}/,")
    assert given["CustomerPolicy2"].startswith(f"metrics-{customer}/,")
    assert f"range: [NOW-{int(days) + 1}DAYS, NOW]" in section
    archived_after = json.loads(given["DATA_HIST_ARCHIVED_AFTER_DAYS_OF_CUSTOMERS"])
    assert archived_after == {customer: int(days)}
    assert f"| 1 | 2,880 | {given['DATA_HIST_MAX_QUERY_DAYS']} |" in section


def test_a_tenants_workgroup_is_named_as_its_stack_names_it() -> None:
    (setting,) = re.findall(r"DATA_HIST_WORKGROUPS_OF_TENANTS=(\{.*?\})", PAGE)

    assert json.loads(setting) == {"11000": "data_hist-11000"}
    assert "Tenant=11000" in PAGE


def test_files_of_the_page_are_there() -> None:
    named = set(re.findall(r"(?<![\w.])deploy/[\w./-]+", " ".join(BLOCKS)))
    linked = set(re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", PAGE))

    assert named and linked
    for name in named:
        made = any(name.startswith(prefix) for prefix in MADE_ON_THE_WAY)
        assert made or (ROOT / name).exists(), name
    assert all((ROOT / "deploy" / link).exists() for link in linked)


def test_the_first_query_is_answered(client: httpx.Client) -> None:
    (body,) = re.findall(r"--data '(.*)'", PAGE)

    assert client.post("/query", json=json.loads(body)).json()["status"] == "FINISHED"


def test_the_default_of_the_cutoff_is_that_of_the_page() -> None:
    defaults = parameters_of(ROOT / "deploy/aws/service.yaml")

    assert defaults["BytesScannedCutoff"]["Default"] == 10**12


def test_the_first_day_is_that_of_the_page() -> None:
    first, last = SOURCES["events"].partitions["dt"].range  # type: ignore[union-attr]

    assert f"days before `{first}`" in PAGE
    assert last == "NOW"


def test_the_topics_of_the_page_are_those_that_are_tested() -> None:
    (block,) = re.findall(r"^```yaml\n(sources:.*?)^```", PAGE, re.M | re.S)
    shown = yaml.safe_load(block)["sources"]["events"]

    tested = with_topics("11042")["events"].model_dump(exclude_unset=True)
    assert {key: tested[key] for key in ("folder", "template")} == {
        key: shown[key] for key in ("folder", "template")
    }
    assert tested["partitions"]["topic"] == shown["partitions"]["topic"]
