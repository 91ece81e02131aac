"""Run the `local-athena` command as `python -m local_athena`."""

import sys

from local_athena.command import main

if __name__ == "__main__":
    sys.exit(main())
