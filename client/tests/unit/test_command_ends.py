"""How the command ends: its exit status, and the signals that it heeds."""

import signal
from collections.abc import Iterator

import pytest
from data_hist_client import (
    Client,
    DataHistError,
    DownloadBroken,
    InvalidResponse,
    QueryCancelled,
    QueryTimeout,
    ServiceFault,
    ServiceUnreachable,
    Table,
    TooManyRequests,
    UsageError,
)
from data_hist_client.command import main

from tests.scripted import URL, problem

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def end_of(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> int:
    """Run `tables`, whose request ends with an error."""

    def tables(_: Client) -> list[Table]:
        if error is not None:
            raise error
        return []

    monkeypatch.setattr(Client, "tables", tables)
    monkeypatch.setenv("DATA_HIST_URL", URL)
    return main(["tables"])


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (None, 0, ""),
        (UsageError("No."), 1, "data-hist: No.\n"),
        (InvalidResponse("No."), 1, "data-hist: No.\n"),
        (QueryCancelled("No."), 1, "data-hist: No.\n"),
        (QueryTimeout("No."), 1, "data-hist: No.\n"),
        (DownloadBroken("No."), 3, "data-hist: No.\n"),
        (ServiceUnreachable("No."), 3, "data-hist: No.\n"),
        (ServiceFault(problem("internal", 500), 500), 3, "data-hist: A problem: "),
        (TooManyRequests(problem("throttled", 429), 429), 3, "data-hist: A problem: "),
        (UsageError("\x1b[2J\na\tb"), 1, "data-hist: \\x1b[2J↵a→b\n"),
        (DataHistError(), 1, "data-hist: \n"),
        (KeyboardInterrupt(), 130, "data-hist: interrupted\n"),
    ],
)
def test_each_end_has_its_status(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException | None,
    status: int,
    message: str,
) -> None:
    assert end_of(monkeypatch, error) == status
    assert capsys.readouterr().err.startswith(message)


def test_a_signal_that_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    end_of(monkeypatch, None)

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_does_not_disturb_the_cancellation(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    end_of(monkeypatch, None)

    with pytest.raises(SystemExit) as end:
        signal.raise_signal(number)

    assert end.value.code == 128 + number
    assert [signal.getsignal(each) for each in SIGNALS] == [signal.SIG_IGN] * 2
