"""Processes that start and stop together: when one ends, the others are stopped too."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

_START_SECONDS = 60.0
_PROBE_PAUSE_SECONDS = 0.05
_STOP_SECONDS = 40.0


class StartError(Exception):
    """A command cannot run; the message says why, and what to do."""


def warn(text: str) -> None:
    """Print a warning to standard error."""
    print(f"data-hist: warning: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Command:
    """A process to run, and the URL that answers once the process is up."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    probe_url: str


def require_free_port(host: str, port: int) -> None:
    """Check that a server can listen on an address.

    Raises:
        StartError: The address is in use, or is not one of this machine's.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise StartError(f"{host} is no address of this machine.") from None
        except OSError as error:
            raise StartError(
                f"Cannot listen on {host}:{port} ({error.strerror}); choose another port."
            ) from None


def free_port(host: str) -> int:
    """Find a port that is not in use at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def run_together(commands: Sequence[Command], ready_message: str) -> int:
    """Start the processes one after the other, each once the previous one is up.

    Returns when one of them ends, after SIGINT or SIGTERM, or when the terminal is closed.

    Returns:
        0 after a signal, 1 when a process ended by itself.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    # `nohup` asks to ignore it.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, _hang_up, stop)
    async with contextlib.AsyncExitStack() as running:
        ended: set[asyncio.Task[object]] = set()
        stopping: asyncio.Task[object] = asyncio.create_task(stop.wait())
        for command in commands:
            process = await running.enter_async_context(_running(command))
            ended.add(asyncio.create_task(process.wait(), name=command.name))
            up: asyncio.Task[object] = asyncio.create_task(_is_up(command))
            await asyncio.wait({up, stopping, *ended}, return_when=asyncio.FIRST_COMPLETED)
            if not up.done():
                up.cancel()
                break
            up.result()
        else:
            print(ready_message, flush=True)
            await asyncio.wait({stopping, *ended}, return_when=asyncio.FIRST_COMPLETED)
        return _outcome(stopping, ended)


def _hang_up(stop: asyncio.Event) -> None:
    """Stop with the terminal that is closed; whoever still reads wants a new catalog."""
    try:
        warn("SIGHUP replaces no catalog here; stop the command, and start it again.")
    except OSError:
        stop.set()


def _outcome(stopping: asyncio.Task[object], ended: set[asyncio.Task[object]]) -> int:
    dead = [task for task in ended if task.done()]
    for task in dead:
        print(f"{task.get_name()} has stopped with code {task.result()}.", file=sys.stderr)
    asked = stopping.done()
    stopping.cancel()
    return 0 if asked and not dead else 1


@contextlib.asynccontextmanager
async def _running(command: Command) -> AsyncIterator[asyncio.subprocess.Process]:
    # In a session of its own: Ctrl-C reaches only this process, which stops the others in order.
    process = await asyncio.create_subprocess_exec(
        *command.arguments, env=dict(command.environment), start_new_session=True
    )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        print("A process did not stop and is killed.", file=sys.stderr)
    # Its children go with it, also when it was killed and could not stop them itself.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def _is_up(command: Command) -> None:
    """Wait until the process answers.

    Raises:
        StartError: It does not answer within a minute.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START_SECONDS
    while not await asyncio.to_thread(_answers, command.probe_url):
        if loop.time() > deadline:
            raise StartError(f"{command.name} does not answer.")
        await asyncio.sleep(_PROBE_PAUSE_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of our own
            return True
    except (urllib.error.URLError, OSError):
        return False
