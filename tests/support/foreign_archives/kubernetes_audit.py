"""Audit logs of two Kubernetes clusters in hourly folders, as Fluent Bit writes them to S3.

https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.foreign_archives.files import write_lines

FIRST_HOUR = datetime(2026, 12, 31, 21, tzinfo=UTC)
HOURS = 6
CLUSTERS = ("prod", "staging")
VERBS = ("get", "list", "create", "delete")


def write(root: Path) -> None:
    for number in range(HOURS):
        hour = FIRST_HOUR + timedelta(hours=number)
        for cluster in CLUSTERS:
            folder = root / f"k8s/{cluster}/audit/{hour:%Y/%m/%d/%H}"
            events = [_event(hour, n, cluster) for n in range(len(VERBS) + number)]
            write_lines(folder / f"kube-apiserver-audit_{number}.log.gz", events)


def _event(hour: datetime, number: int, cluster: str) -> dict[str, Any]:
    received = hour + timedelta(minutes=10 * (number % 6), microseconds=123_456 + number)
    verb = VERBS[number % len(VERBS)]
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse" if verb == "create" else "Metadata",
        "auditID": f"8c604d8d-{hour:%H}-{number:04}",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/{cluster}/pods?limit=500",
        "verb": verb,
        "user": {
            "username": "kubernetes-admin" if verb == "delete" else "system:serviceaccount:ci:bot",
            "groups": ["system:authenticated"],
        },
        "sourceIPs": ["10.0.0.1", "10.253.132.107"],
        "objectRef": {"resource": "pods", "namespace": cluster, "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 403 if verb == "delete" else 200},
        "requestReceivedTimestamp": f"{received:%Y-%m-%dT%H:%M:%S.%fZ}",
        "stageTimestamp": f"{received + timedelta(milliseconds=7):%Y-%m-%dT%H:%M:%S.%fZ}",
        "annotations": {"authorization.k8s.io/decision": "forbid" if verb == "delete" else "allow"},
    }
    if verb == "create":
        event["requestObject"] = {"kind": "Pod", "spec": {"priority": number}}
        event["objectRef"]["name"] = f"web-{number}"
    return event
