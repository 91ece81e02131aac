"""The records of the sample archive: services, their payloads, and the envelope.

Payloads have shapes that break careless readers: nested objects, JSON in text, several languages,
stack traces, separators in values, integers beyond 2^53, late arrivals.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

Payload = Mapping[str, Any]

_CUSTOMERS: Final = (1, 11000, 11001, 11002, 11003, 11004, 11005, 11006)
_CUSTOMER_WEIGHTS: Final = (6, 24, 20, 16, 12, 10, 8, 4)
_REGIONS: Final = ("eu-central", "us-east", "ap-northeast")
_HOUR: Final = 3_600_000

_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_escaped: Final = json.JSONEncoder(ensure_ascii=True).encode


@dataclass(frozen=True)
class Service:
    """A producer of records: its name, rate, messages and format.

    With `as_text`, the payload is a string of JSON instead of a nested object.
    """

    name: str
    weight: int
    payload: Callable[[Random], Payload]
    encode: Callable[[Any], str] = _compact
    as_text: bool = False


def record(random: Random, services: tuple[Service, ...], arrival: int) -> str:
    """Render a line of an archived file: the envelope around a payload, with its newline."""
    (service,) = random.choices(services, [service.weight for service in services])
    payload: object = service.payload(random)
    (customer,) = random.choices(_CUSTOMERS, _CUSTOMER_WEIGHTS)
    envelope = {
        "resourceid": f"srv-{random.randrange(10_000):04d}" if random.random() < 0.02 else "",
        "customerid": customer,
        "operationid": f"op-{random.getrandbits(40):010x}" if random.random() < 0.02 else "",
        "servicename": service.name,
        "service": service.name,
        "createdtimestamp": arrival - _delay(random),
        "arrivaltimestamp": arrival,
        "tags": _tags(random),
        "data": service.encode(payload) if service.as_text else payload,
    }
    if random.random() < 0.01:
        del envelope["service"]
    if random.random() < 0.005:
        envelope["data"] = None
    return service.encode(envelope) + "\n"


def _delay(random: Random) -> int:
    """Return the milliseconds until arrival; a disconnected forwarder delivers hours later."""
    if random.random() < 0.02:
        return random.randrange(_HOUR // 6, 7 * _HOUR)
    return min(int(random.expovariate(1 / 900)) + 5, 60_000)


def _tags(random: Random) -> str | None:
    draw = random.random()
    if draw < 0.03:
        return None
    if draw < 0.08:
        return ""
    tags = f"env:{'prod' if random.random() < 0.8 else 'staging'},region:{random.choice(_REGIONS)}"
    return tags + ",team:Größe & Maß" if draw > 0.97 else tags


_PEOPLE: Final = (
    ("jmueller", "Jürgen Müller"),
    ("tyamada", "山田太郎"),
    ("asmith", "Ann Smith"),
    ("mhassan", "محمد حسن"),
    ("dobrien", 'Dara "Dee" O\'Brien'),
)
_ACTIONS: Final = (
    ("INFO", "User {} logged in"),
    ("INFO", "Benutzer {} hat das Passwort geändert"),
    ("INFO", "{} さんがログインしました ✅"),
    ("WARN", "تم رفض الدخول للمستخدم {}"),
    ("ERROR", 'Login failed for "{}": invalid credentials, 3 attempts left'),
)


def _iam_admin(random: Random) -> Payload:
    login, name = random.choice(_PEOPLE)
    level, message = random.choices(_ACTIONS, (60, 12, 12, 8, 8))[0]
    return {
        "level": level,
        "message": message.format(name),
        "user": {"id": random.randrange(1_000, 9_999), "login": login, "name": name},
        "sourceIp": f"10.{random.randrange(4)}.{random.randrange(256)}.{random.randrange(1, 255)}",
        "roles": random.sample(("admin", "auditor", "operator", "viewer"), random.randint(0, 2)),
        "mfa": random.random() < 0.7,
    }


_TRACE: Final = (
    "java.lang.IllegalStateException: queue is full\n"
    "\tat com.example.ingest.Queue.offer(Queue.java:{line})\n"
    "\tat com.example.ingest.Worker.run(Worker.java:88)\n"
    'Caused by: java.io.IOException: write to "/var/spool/ingest", errno=28\n\t... 2 more'
)


def _filebeat(random: Random) -> Payload:
    host = f"node-{random.randrange(24):02d}"
    source = {"path": f"/var/log/app/{host}.log", "offset": random.randrange(10**9)}
    if random.random() < 0.06:
        trace = _TRACE.format(line=random.randrange(20, 400))
        return {"level": "ERROR", "message": trace, "host": host, "log": source}
    fields = f'k1=v1,\tk2="a, b",\tms={random.randrange(900)}'
    level = random.choice(("DEBUG", "INFO", "INFO", "INFO", "WARN"))
    return {"level": level, "message": f"{host} processed: {fields}", "host": host, "log": source}


_ROUTES: Final = ("/v2.1/servers/detail", "/v2.1/servers", "/v2.1/flavors?name=m1,small", "/")
_STATUS: Final = (200, 202, 204, 404, 409, 500, 503)


def _nova_api(random: Random) -> Payload:
    (status,) = random.choices(_STATUS, (70, 10, 5, 8, 3, 3, 1))
    method, route = random.choice(("GET", "GET", "POST", "DELETE")), random.choice(_ROUTES)
    seconds = round(random.lognormvariate(-1.5, 0.6), 7)
    return {
        "level": "ERROR" if status >= 500 else "WARN" if status >= 400 else "INFO",
        "message": f'"{method} {route} HTTP/1.1" status: {status} time: {seconds}',
        "request": {"id": f"req-{random.getrandbits(64):016x}", "method": method, "route": route},
        "status": status,
        "seconds": seconds,
        "instance": None if random.random() < 0.5 else f"{random.getrandbits(64):016x}",
    }


def _billing(random: Random) -> Payload:
    cents = random.randrange(100, 5_000_000)
    return {
        "level": "INFO",
        "message": random.choice(
            ("Rechnung für März erstellt", "Invoice created", "請求書 📄", "")
        ),
        "invoice": {
            # Drawn above 2**53, so that a reader by way of doubles gives another number.
            "id": 2**53 + random.randrange(1, 2**62),
            "amount": f"{cents // 100}.{cents % 100:02d}",
            "currency": random.choice(("EUR", "USD", "JPY")),
        },
        "lines": [{"sku": f"sku-{n}", "count": random.randint(1, 9)} for n in range(cents % 3)],
        "audit": _escaped({"by": "billing-bot", "note": 'checked "twice"', "rules": [1, 2]}),
    }


_GAUGES: Final = ("node_load1", "node_memory_MemAvailable_bytes", "node_filesystem_free_bytes")


def _node_exporter(random: Random) -> Payload:
    name = random.choice(_GAUGES)
    large = name != "node_load1"
    value = random.randrange(2**36) if large else round(random.lognormvariate(0, 0.8), 2)
    labels = {"instance": f"node-{random.randrange(24):02d}:9100", "job": "node"}
    return {"name": name, "value": value, "type": "gauge", "labels": labels}


def _nova_compute(random: Random) -> Payload:
    return {
        "name": random.choice(("vm.cpu.seconds", "vm.net.rx_bytes")),
        "value": 2**53 + random.randrange(1, 2**60),
        "type": "counter",
        "labels": {"vm": f"{random.getrandbits(32):08x}", "zone": random.choice(_REGIONS)},
    }


def _billing_meter(random: Random) -> Payload:
    value = None if random.random() < 0.03 else round(random.uniform(0, 500), 3)
    return {"name": "billing.usage_hours", "value": value, "unit": "h", "labels": {"größe": "XL"}}


def _host(random: Random) -> str:
    return f"node-{random.randrange(24):02d}"


_UNITS: Final = (
    "sshd.service",
    "kubelet.service",
    "containerd.service",
    "systemd-timesyncd.service",
)
_PRIORITIES: Final = {"INFO": 6, "WARN": 4, "ERROR": 3}
_UNIT_LINES: Final = (
    ("INFO", "Accepted publickey for {} from 10.0.{}.7 port 513{} ssh2"),
    ("INFO", "New session of user {}, uid {}, seat{}"),
    ("WARN", "Failed password for invalid user {} from 203.0.113.{} port 400{} ssh2"),
    ("ERROR", "Failed to pull image {}/api:1.{}: manifest unknown, retry in {} s"),
)


def _journald(random: Random) -> Payload:
    level, line = random.choices(_UNIT_LINES, (60, 20, 12, 8))[0]
    login, _ = random.choice(_PEOPLE)
    return {
        "level": level,
        "message": line.format(login, random.randrange(256), random.randrange(10, 99)),
        "host": _host(random),
        "unit": random.choice(_UNITS),
        "priority": _PRIORITIES[level],
        "pid": random.randrange(300, 65_536),
    }


_PATHS: Final = ("/", "/login", "/api/v2/orders?page=2", "/static/app.js", "/größe/maß")
_AGENTS: Final = ("curl/8.5.0", 'Mozilla/5.0 (X11; Linux x86_64) "Gecko"', "kube-probe/1.30")


def _nginx(random: Random) -> Payload:
    (status,) = random.choices(_STATUS, (80, 2, 4, 8, 1, 2, 3))
    method, path = random.choice(("GET", "GET", "GET", "POST")), random.choice(_PATHS)
    client, size = f"198.51.100.{random.randrange(256)}", random.randrange(90_000)
    agent, host = random.choice(_AGENTS), _host(random)
    return {
        "level": "ERROR" if status >= 500 else "INFO",
        "message": f'{client} - - "{method} {path} HTTP/1.1" {status} {size} "-" "{agent}"',
        "host": host,
        "log": {"path": "/var/log/nginx/access.log", "offset": random.randrange(10**9)},
        "http": {"method": method, "path": path, "status": status, "bytes": size},
    }


_CONTAINERS: Final = (("checkout", "api"), ("ingest", "worker"), ("billing", "scheduler"))


def _kubernetes(random: Random) -> Payload:
    namespace, container = random.choice(_CONTAINERS)
    pod = f"{namespace}-{random.getrandbits(20):05x}"
    draw = random.random()
    if draw < 0.1:
        level, message = "ERROR", _TRACE.format(line=random.randrange(20, 400))
    elif draw < 0.2:
        # A line that is not in the form of the others has no level.
        level, message = None, "OOMKilled\tmemory cgroup out of memory"
    else:
        level, message = "INFO", f"handled {random.randrange(900)} messages in {draw:.3f} s"
    return {
        "level": level,
        "message": message,
        "host": _host(random),
        "log": {"path": f"/var/log/containers/{pod}_{container}.log"},
        "kubernetes": {"namespace": namespace, "pod": pod, "container": container},
    }


EVENT_SERVICES: Final = (
    Service("iam-admin", 25, _iam_admin),
    Service("filebeat", 35, _filebeat),
    Service("nova-api", 28, _nova_api, _escaped),
    Service("billing", 12, _billing, as_text=True),
)
METRIC_SERVICES: Final = (
    Service("node-exporter", 60, _node_exporter),
    Service("nova-compute", 25, _nova_compute, _escaped),
    Service("billing", 15, _billing_meter, as_text=True),
)
LOG_SERVICES: Final = (
    Service("journald", 30, _journald),
    Service("nginx", 45, _nginx, _escaped),
    Service("kubernetes", 25, _kubernetes),
)
