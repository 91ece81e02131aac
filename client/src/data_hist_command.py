"""Starts `data-hist-client`, outside of its package: Ctrl-C may come while that is imported."""

import signal


def main() -> int:
    """Run the command and return its exit status."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        # There is nothing to cancel yet.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from data_hist_client.command import main as run

    signal.signal(signal.SIGINT, handler)
    return run()
