"""The network policies: pods reach what they need, and nothing else."""

from ipaddress import ip_address, ip_network

import pytest

from tests.deploy.manifests import Manifest, container, manifest

Peer = tuple[str, int]


def peers(policy: str, direction: str) -> set[Peer]:
    """Who may be reached, or may reach a pod, at which port."""
    rules = manifest("NetworkPolicy", policy)["spec"][direction]
    end = {"egress": "to", "ingress": "from"}[direction]
    return {
        (_peer(peer), port["port"])
        for rule in rules
        for peer in rule[end]
        for port in rule["ports"]
    }


def _peer(peer: Manifest) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    (selector,) = peer.values()
    (label,) = selector["matchLabels"].values()
    return str(label)


DNS = {("kube-system", 53), ("169.254.20.10/32", 53)}
AWS = {("0.0.0.0/0", 443), ("::/0", 443), ("169.254.170.23/32", 80), ("fd00:ec2::23/128", 80)}


def test_pods_reach_what_they_need_and_nothing_else() -> None:
    assert peers("data-hist", "ingress") == {("gateway", 8080), ("monitoring", 8080)}
    assert peers("data-hist", "egress") == peers("sweep", "egress") == DNS | AWS
    assert peers("gateway", "egress") == {*DNS, ("data-hist", 8080)}
    sweep = manifest("NetworkPolicy", "sweep")["spec"]
    assert "Ingress" in sweep["policyTypes"]
    assert "ingress" not in sweep


@pytest.mark.parametrize("name", ["data-hist", "sweep"])
def test_instance_metadata_is_out_of_reach(name: str) -> None:
    (to_aws,) = (
        rule
        for rule in manifest("NetworkPolicy", name)["spec"]["egress"]
        if rule["ports"] == [{"port": 443, "protocol": "TCP"}]
    )

    for peer in to_aws["to"]:
        block = ip_network(peer["ipBlock"]["cidr"])
        address = ip_address("169.254.169.254" if block.version == 4 else "fd00:ec2::254")
        assert any(address in ip_network(each) for each in peer["ipBlock"]["except"])


def test_ports_of_policies_are_those_of_pods_and_services() -> None:
    (port,) = container("data-hist")["ports"]
    (service_port,) = manifest("Service", "data-hist")["spec"]["ports"]

    assert port["containerPort"] == service_port["port"] == 8080
