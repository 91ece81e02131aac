"""The image serves: the wheel in a clean environment, as nobody, where nothing can be written."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import requires, version
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from tests.e2e.commands import free_port
from tests.e2e.gateway import COMPOSE, SECRET, listening
from tests.e2e.image import Image, SharedSteps, build, stages
from tests.support.api_calls import all_rows, as_tenant


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not pytest's own folder, which other users may not enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def shared() -> Iterator[SharedSteps]:
    with open_folder() as folder:
        probe = ["download", "--no-deps", "--dest", folder / "probe", "hatchling"]
        command = [sys.executable, "-m", "pip", *probe]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no package index can be reached")
        yield SharedSteps(folder / "build")


@pytest.fixture(scope="module")
def image(shared: SharedSteps) -> Iterator[Image]:
    with open_folder() as folder:
        yield build(folder, shared)


def test_the_image_runs_as_nobody_and_has_no_shell_between() -> None:
    *_, final = stages()
    names = [instruction.name for instruction in final]

    assert names.index("USER") < names.index("CMD")
    assert all("pip" not in rest and "apt" not in rest for _, rest in final)


@pytest.mark.parametrize(
    "module", ["duckdb", "local_athena.server", "numpy", "pip", "pytest", "hatchling"]
)
def test_the_image_holds_nothing_but_the_service(image: Image, module: str) -> None:
    found = subprocess.run(
        [image.python, "-c", f"import {module}"], capture_output=True, check=False
    )

    # pyarrow uses numpy where it is, and does without.
    assert found.returncode == 1
    assert b"ModuleNotFoundError" in found.stderr


def test_an_argument_adds_the_embedded_athena(shared: SharedSteps, tmp_path: Path) -> None:
    arguments = COMPOSE["services"]["athena"]["build"]["args"]

    with open_folder() as folder:
        image = build(folder, shared, **arguments)
        commands = image.python.parent
        named = subprocess.check_output([commands / "local-athena", "--version"], text=True)
        subprocess.run([commands / "data-hist", "sample-data", tmp_path / "sample"], check=True)

    assert named == f"local-athena {version('local-athena')}\n"
    assert (tmp_path / "sample/events").is_dir()


def test_the_image_can_make_traces(image: Image) -> None:
    traces = "from data_hist.observability.tracing import Tracing; Tracing().close()"

    subprocess.run([image.python, "-c", traces], check=True)


def test_what_the_image_installs_for_traces_is_there_to_be_tested() -> None:
    work, _ = stages()
    extras = [rest for name, rest in work if name == "ARG" and rest.startswith("EXTRAS=")]
    needed = [Requirement(line) for line in requires("data-hist") or ()]

    assert extras == ['EXTRAS="[otel]"']
    optional = [of for of in needed if of.marker and of.marker.evaluate({"extra": "otel"})]
    assert {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} < {
        of.name for of in optional
    }
    assert all(of.specifier.contains(version(of.name), prereleases=True) for of in optional)


def test_the_image_has_an_account_that_is_not_root(image: Image) -> None:
    assert image.user > 0


def command(image: Image, port: int) -> list[str]:
    here = {"0.0.0.0": "127.0.0.1", "8080": str(port)}  # noqa: S104 - what a container binds
    assert set(here) < set(image.command)
    program, *arguments = (here.get(part, part) for part in image.command)
    return [str(image.python.parent / program), *arguments]


def assert_serves(image: Image, endpoint_url: str, arguments: Sequence[str], port: int) -> None:
    environment = {
        **image.environment,
        **COMPOSE["services"]["data-hist"]["environment"],
        "DATA_HIST_ENDPOINT_URL": endpoint_url,
        "DATA_HIST_GATEWAY_SECRET": SECRET,
    }
    with listening(arguments, port, environment) as process:
        url = f"http://127.0.0.1:{port}/v0/data_hist"
        headers = as_tenant(11000) | {"X-Gateway-Secret": SECRET}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            assert all_rows(client, "SELECT DISTINCT customerid FROM events") == [[11000]]
            query_id = client.get("/queries").json()["queries"][0]["query_id"]
            whole = client.get(f"/results/{query_id}", params={"format": "parquet"})
            assert whole.content[:4] == b"PAR1"
            assert client.get("/ui/").status_code == 200
            assert "</html>" in client.get("/viewer/").text
        status = Path(f"/proc/{process.pid}/status").read_text()
    if arguments[0] == "unshare" and os.geteuid() == 0:
        assert f"\nUid:\t{image.user}\t" in status


def test_the_image_serves(image: Image, endpoint_url: str) -> None:
    port = free_port()

    assert_serves(image, endpoint_url, command(image, port), port)


def test_the_image_serves_where_only_tmp_can_be_written(image: Image, endpoint_url: str) -> None:
    port = free_port()
    writable = image.folder / "tmp"
    writable.mkdir()
    confined = _confined(image.user, writable)
    if subprocess.run([*confined, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no mount namespaces")
    elsewhere = [*confined, "touch", "/var/tmp/nothing"]  # noqa: S108 - anybody could, outside
    assert subprocess.run(elsewhere, check=False).returncode == 1

    assert_serves(image, endpoint_url, [*confined, *command(image, port)], port)


def _confined(user: int, writable: Path) -> list[str]:
    """What a container does: a read-only file system, one place to write, no privileges."""
    # May read everything, for the interpreter of the tests can lie where only root looks.
    nobody = (
        f"exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs "
        "--inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search "
        "--bounding-set=-all,+dac_read_search"
        if os.geteuid() == 0
        else "exec"
    )
    script = (
        f"mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 tmpfs {writable} && "
        f'export TMPDIR={writable} && {nobody} "$@"'
    )
    namespace = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    return ["unshare", *namespace, "sh", "-c", script, "sh"]
