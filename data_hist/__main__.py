"""Run the `data-hist` command; it imports the rest late, since Ctrl-C may come meanwhile."""

import signal
import sys


def main() -> int:
    """Run the command and return its exit status."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        # There is nothing to stop yet.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from data_hist.cli import main as run

    signal.signal(signal.SIGINT, handler)
    return run()


if __name__ == "__main__":
    sys.exit(main())
