"""Run the commands as `python -m data_hist_client.command`."""

import sys

from data_hist_client.command import main

sys.exit(main())
