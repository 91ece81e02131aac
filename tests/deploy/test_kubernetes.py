"""The manifests: valid, whole, and in step with the service that they run."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import kubernetes_validate
import pytest
import yaml
from cfnlint.decode import decode

from data_hist.athena.polling.poll_schedule import TokenBucket
from data_hist.cli import main
from data_hist.server import gunicorn_conf
from data_hist.settings import PREFIX, Settings
from tests.deploy.manifests import (
    FOLDER,
    MANIFESTS,
    PODS,
    Manifest,
    container,
    manifest,
    named,
)
from tests.deploy.stacks import ROOT, SERVICE
from tests.support.contract import HEALTH_SPEC

# The first in which a container can sleep before it stops.
OLDEST, NEWEST = "1.30", "1.36"


class Quota(NamedTuple):
    per_second: int
    burst: int


# BatchGetQueryExecution and ListQueryExecutions of an account; a list makes one of each.
# https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
STATUS_CALLS, LIST_CALLS = Quota(20, 40), Quota(5, 10)
EXAMPLES = [
    document
    for path in sorted((FOLDER / "examples").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("document", [*MANIFESTS, *EXAMPLES], ids=named)
def test_manifests_are_valid(document: Manifest, version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_every_manifest_is_applied() -> None:
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())

    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {name for name in kustomization["resources"] if name.endswith(".yaml")}


def test_the_image_is_of_this_version() -> None:
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    (image,) = kustomization["images"]
    assert image["newTag"] == version
    assert image["name"] == container("data-hist")["image"] == container("sweep")["image"]


def test_pods_are_those_that_get_the_role() -> None:
    template = decode(str(SERVICE))[0]
    association = template["Resources"]["ServiceRoleOfPods"]["Properties"]
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())

    for name in ("data-hist", "sweep"):
        assert PODS[name]["spec"]["serviceAccountName"] == association["ServiceAccount"]
    assert template["Parameters"]["Namespace"]["Default"] == kustomization["namespace"]
    assert manifest("Namespace", "data-hist")["metadata"]["name"] == kustomization["namespace"]


def test_pods_are_all_there() -> None:
    assert set(PODS) == {"data-hist", "gateway", "sweep"}


@pytest.mark.parametrize("name", PODS)
def test_containers_may_do_nothing_that_they_need_not(name: str) -> None:
    pod, only = PODS[name]["spec"]["securityContext"], container(name)["securityContext"]

    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] > 0
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert only["readOnlyRootFilesystem"] is True
    assert only["allowPrivilegeEscalation"] is False
    assert only["capabilities"] == {"drop": ["ALL"]}
    mounts = {mount["name"] for mount in container(name)["volumeMounts"]}
    assert mounts == {volume["name"] for volume in PODS[name]["spec"]["volumes"]}


def test_the_sweep_is_a_command_of_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = container("sweep")["command"]

    with pytest.raises(SystemExit) as exit_:
        main([*arguments, "--help"])

    assert exit_.value.code == 0
    assert f"usage: {program} {' '.join(arguments)}" in capsys.readouterr().out


def selectors() -> Iterator[tuple[str, dict[str, str]]]:
    for document in MANIFESTS:
        spec = document.get("spec", {})
        selector = spec.get("selector") or spec.get("podSelector")
        if selector:
            yield named(document), selector.get("matchLabels", selector)


@pytest.mark.parametrize(("document", "labels"), list(selectors()))
def test_selectors_find_pods(document: str, labels: dict[str, str]) -> None:
    name = document.split("-", 1)[1]

    assert PODS[name]["metadata"]["labels"] == labels


@pytest.mark.parametrize("name", ["data-hist", "gateway"])
def test_one_pod_stays_while_nodes_are_emptied(name: str) -> None:
    budget = manifest("PodDisruptionBudget", name)["spec"]["minAvailable"]

    assert 1 <= budget < fewest_pods(name)


def fewest_pods(name: str) -> int:
    spec = manifest("Deployment", name)["spec"]
    if "replicas" in spec:
        return int(spec["replicas"])
    return int(manifest("HorizontalPodAutoscaler", name)["spec"]["minReplicas"])


def most_pods(name: str) -> int:
    """As many as there are while a rollout has begun at the highest load."""
    surge = manifest("Deployment", name)["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    return int(manifest("HorizontalPodAutoscaler", name)["spec"]["maxReplicas"] + surge)


def settings_of_pods() -> Settings:
    given = {entry["name"]: entry["value"] for entry in container("data-hist")["env"]}
    values = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()}
    assert set(values) <= set(Settings.model_fields)
    return Settings(region="eu-central-1", result_bucket="the-results", **values)  # type: ignore[arg-type]


def test_all_pods_together_keep_to_the_call_rate_of_the_account() -> None:
    settings = settings_of_pods()
    workers = most_pods("data-hist") * settings.workers

    each = TokenBucket(settings.status_calls_per_second_of_worker)
    burst = 0
    while not each.pause(now=0):
        each.take(now=0)
        burst += 1
    per_second = workers * settings.status_calls_per_second_of_worker
    assert per_second + LIST_CALLS.per_second <= STATUS_CALLS.per_second
    assert workers * burst + LIST_CALLS.burst <= STATUS_CALLS.burst


def test_results_are_swept_by_the_cron_job_alone() -> None:
    assert manifest("CronJob", "sweep")["spec"]["jobTemplate"]
    assert settings_of_pods().sweep_interval_minutes == 0


def test_the_autoscaler_scales_the_service() -> None:
    target = manifest("HorizontalPodAutoscaler", "data-hist")["spec"]["scaleTargetRef"]

    assert named({"kind": target["kind"], "metadata": target}) == "Deployment-data-hist"
    assert "replicas" not in manifest("Deployment", "data-hist")["spec"]


def test_probes_ask_what_the_service_answers() -> None:
    service = container("data-hist")
    probes = {kind: service[kind]["httpGet"]["path"] for kind in service if kind.endswith("Probe")}

    assert set(probes.values()) == set(HEALTH_SPEC["paths"]) - {"/metrics"}
    # An engine that is away is no reason to restart the service.
    assert probes["livenessProbe"] == probes["startupProbe"] == "/healthz"
    assert probes["readinessProbe"] == "/readyz"


def test_a_pod_has_the_time_that_its_workers_take_to_stop() -> None:
    pod = PODS["data-hist"]["spec"]
    pause = container("data-hist")["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert pod["terminationGracePeriodSeconds"] >= pause + gunicorn_conf.graceful_timeout


def test_ports_lead_from_the_gateway_to_the_service() -> None:
    text = (ROOT / "deploy/gateway/nginx.conf").read_text()
    (service_port,) = manifest("Service", "data-hist")["spec"]["ports"]
    (gateway_port,) = container("gateway")["ports"]

    assert f"server data-hist:{service_port['port']};" in text
    assert f"listen {gateway_port['containerPort']};" in text
    for name in ("data-hist", "gateway"):
        (port,) = manifest("Service", name)["spec"]["ports"]
        assert port["targetPort"] == container(name)["ports"][0]["name"]


def test_examples_fit_the_manifests() -> None:
    ingress, irsa, tracing = (
        next(each for each in EXAMPLES if each["kind"] == kind)
        for kind in ("Ingress", "ServiceAccount", "NetworkPolicy")
    )

    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    backend = path["backend"]["service"]
    (port,) = manifest("Service", backend["name"])["spec"]["ports"]
    assert backend == {"name": "gateway", "port": {"name": port["name"]}}
    assert ingress["spec"]["tls"] == [{"hosts": [rule["host"]]}]
    assert irsa["metadata"].pop("annotations")["eks.amazonaws.com/role-arn"]
    assert irsa == manifest("ServiceAccount", "data-hist")
    labels = tracing["spec"]["podSelector"]["matchLabels"]
    assert labels == PODS["data-hist"]["metadata"]["labels"]


def test_the_gateway_runs_as_on_one_machine() -> None:
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["gateway"]

    assert container("gateway")["command"] == compose["command"]
    assert container("gateway")["image"] == compose["image"]


def test_everything_is_built_with_its_settings_and_secrets(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    built = _built(tmp_path)

    made = {named(document): document for document in built}
    references = _references(list(made.values()))
    assert len(references) == 5
    assert references <= set(made)
    for document in built:
        assert document["kind"] == "Namespace" or document["metadata"]["namespace"] == "data-hist"
        kubernetes_validate.validate(document, NEWEST, strict=True)


def _built(folder: Path) -> list[Manifest]:
    """What `kubectl apply -k` would send, after the steps of the deployment page."""
    deploy = folder / "deploy"
    shutil.copytree(ROOT / "deploy", deploy, ignore=shutil.ignore_patterns("secrets", "*.env"))
    subprocess.run(
        [deploy / "gateway/add-user", deploy / "gateway/secrets", "alice", "11000"],
        input="a password\n",
        text=True,
        check=True,
    )
    (deploy / "kubernetes/settings.env").write_text("DATA_HIST_REGION=eu-central-1\n")
    output = subprocess.run(
        ["kubectl", "kustomize", str(deploy / "kubernetes")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return list(yaml.safe_load_all(output))


def _references(documents: list[Manifest]) -> set[str]:
    """The config maps, secrets and service accounts that pods ask for."""
    found: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                visit(item)
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key in ("configMapRef", "configMap"):
                found.add(f"ConfigMap-{value['name']}")
            elif key in ("secretRef", "secret"):
                found.add(f"Secret-{value['name']}")
            elif key == "serviceAccountName":
                found.add(f"ServiceAccount-{value}")
            else:
                visit(value)

    visit(documents)
    return found
