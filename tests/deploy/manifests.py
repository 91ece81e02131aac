"""The manifests of `deploy/kubernetes`, and their parts by name."""

from typing import Any

import yaml

from tests.deploy.stacks import ROOT

FOLDER = ROOT / "deploy/kubernetes"
Manifest = dict[str, Any]


def manifests() -> list[Manifest]:
    return [
        document
        for path in sorted(FOLDER.glob("*.yaml"))
        if path.name != "kustomization.yaml"
        for document in yaml.safe_load_all(path.read_text())
    ]


MANIFESTS = manifests()


def named(document: Manifest) -> str:
    return f"{document['kind']}-{document['metadata']['name']}"


def pods() -> dict[str, Manifest]:
    """The pod templates, by the name of what makes the pods."""
    found = {}
    for document in MANIFESTS:
        spec = document.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            found[document["metadata"]["name"]] = spec["template"]
    return found


PODS = pods()


def manifest(kind: str, name: str) -> Manifest:
    (found,) = (document for document in MANIFESTS if named(document) == f"{kind}-{name}")
    return found


def container(name: str) -> Manifest:
    (found,) = PODS[name]["spec"]["containers"]
    return dict(found)
