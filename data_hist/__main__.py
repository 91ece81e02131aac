"""Run the `data-hist` command as `python -m data_hist`."""

import sys

from data_hist.cli import main

sys.exit(main())
