"""`python -m data_hist` is `data-hist`."""

import sys

from data_hist.cli import main

sys.exit(main())
