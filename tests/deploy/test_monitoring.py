"""Dashboard and alerts speak of the metrics that there are, by the labels that these have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from data_hist.athena.executions import QueryStatus
from data_hist.http.problems import INTERNAL, PROBLEMS
from data_hist.observability import metrics
from tests.support.contract import HEALTH_SPEC

FOLDER = Path(__file__).parents[2] / "deploy/monitoring"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
# What Prometheus adds to whatever it scrapes.
TARGET_LABELS = {"job", "instance"}


def panels() -> Iterator[dict[str, Any]]:
    return (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


EXPRESSIONS = [target["expr"] for panel in panels() for target in panel["targets"]] + [
    rule["expr"] for rule in ALERTS
]


def labels_of_series() -> dict[str, set[str]]:
    """Each name that a series of ours may have, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in metrics.REGISTRY._collector_to_names:
        (family,) = metric.describe()
        labels = set(metric._labelnames)  # type: ignore[attr-defined]
        if family.type == "histogram":
            found[f"{family.name}_bucket"] = labels | {"le"}
            found[f"{family.name}_sum"] = found[f"{family.name}_count"] = labels
        else:
            found[family.name + "_total" * (family.type == "counter")] = labels
    return found


SERIES = labels_of_series()


def names_in(expression: str) -> set[str]:
    without_labels = re.sub(r"\{[^}]*\}|\b(by|without) \([^)]*\)", "", expression)
    return set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", without_labels)) - {"histogram_quantile"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_prometheus_can_parse_each_expression(expression: str) -> None:
    # What Grafana puts in the place of its variables.
    promql_parser.parse(expression.replace("$__rate_interval", "1m"))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_names_series_that_there_are(expression: str) -> None:
    names = names_in(expression) or {"up"}

    assert names <= set(SERIES) | {"up"}
    known = set.union(TARGET_LABELS, *(SERIES[name] for name in names - {"up"}))
    for selector in re.findall(r"\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)\s*[=!]", selector)) <= known
    for grouping in re.findall(r"\bby \(([^)]*)\)", expression):
        assert set(re.split(r",\s*", grouping)) <= known


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_compares_labels_with_values_that_there_are(expression: str) -> None:
    values = {
        "problem": {kind.slug for kind in [*PROBLEMS.values(), INTERNAL]},
        "tenant_class": {"operator", "customer"},
        "completion": {"whole", "broken", "client_left"},
        "outcome": {"ok", "refused", "throttled", "failed", "unreachable"}
        | {"hit", "miss", "deleted"},
    }
    if "queries_ended" in expression:
        values["status"] = {str(status) for status in QueryStatus}
    for label, known in values.items():
        for asked in re.findall(rf'\b{label}!?=~?"([^"]*)"', expression):
            assert set(asked.split("|")) <= known


def test_each_metric_has_its_place_in_the_dashboard() -> None:
    shown = set.union(*(names_in(t["expr"]) for panel in panels() for t in panel["targets"]))
    families = {metric.describe()[0].name for metric in metrics.REGISTRY._collector_to_names}

    assert families <= {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in shown}


def test_panels_have_places_of_their_own() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]

    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


SCRAPES: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
POD_MONITOR: dict[str, Any] = yaml.safe_load((FOLDER / "pod-monitor.yaml").read_text())


def test_prometheus_scrapes_the_pods_of_the_service() -> None:
    (scrape,) = SCRAPES["scrape_configs"]
    (monitored,) = POD_MONITOR["spec"]["podMetricsEndpoints"]
    kubernetes = FOLDER.parent / "kubernetes"
    (deployment,) = (
        document
        for document in yaml.safe_load_all((kubernetes / "service.yaml").read_text())
        if document["kind"] == "Deployment"
    )
    namespace = yaml.safe_load((kubernetes / "kustomization.yaml").read_text())["namespace"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]

    assert scrape["metrics_path"] == monitored["path"] in HEALTH_SPEC["paths"]
    assert [scrape["kubernetes_sd_configs"][0]["namespaces"]["names"]] == [[namespace]]
    assert POD_MONITOR["spec"]["namespaceSelector"]["matchNames"] == [namespace]
    assert POD_MONITOR["spec"]["selector"]["matchLabels"] == labels
    assert monitored["port"] == port["name"]
    assert scrape["relabel_configs"][0]["regex"] == f"{labels['app']};{port['name']}"
    assert (
        f"{{kubernetes.io/metadata.name: {POD_MONITOR['metadata']['namespace']}}}"
        in (kubernetes / "network.yaml").read_text()
    )


def test_alerts_and_scrapes_speak_of_one_job() -> None:
    (scrape,) = SCRAPES["scrape_configs"]
    (relabeled,) = POD_MONITOR["spec"]["podMetricsEndpoints"][0]["relabelings"]
    asked = {job for rule in ALERTS for job in re.findall(r'job="([^"]*)"', rule["expr"])}

    assert asked == {scrape["job_name"]} == {relabeled["replacement"]}
    assert all((FOLDER / name).exists() for name in SCRAPES["rule_files"])


def test_each_alert_says_what_to_do() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    for rule in ALERTS:
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
