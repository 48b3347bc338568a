"""`python -m emoscan` is `emoscan`."""

import sys

from emoscan.cli.main import main

sys.exit(main())
