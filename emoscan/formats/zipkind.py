"""Which of the things that are ZIP files one is."""

from __future__ import annotations

from emoscan.parse import zipdir
from emoscan.registry import Look


def flavour(look: Look) -> zipdir.Flavour | None:
    """What `zipdir.flavour` says of the content, worked out once for all who ask."""
    if "zip" not in look.memo:
        look.memo["zip"] = zipdir.flavour(look.data)
    found: zipdir.Flavour | None = look.memo["zip"]
    return found
