"""`python -m emoscan` is `emoscan`."""

from emoscan.cli.main import entry

entry()
