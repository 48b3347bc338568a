"""emoscan: what an Emotet-style attachment would have done, from the mail to the download URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Limits", "Report", "Scanner", "Settings", "__version__", "scan_bytes", "scan_path"]

if TYPE_CHECKING:
    from emoscan.budget import Limits
    from emoscan.context import Settings
    from emoscan.report import Report
    from emoscan.scanner import Scanner, scan_bytes, scan_path

_HOMES = {
    "Limits": "budget",
    "Settings": "context",
    "Report": "report",
    "Scanner": "scanner",
    "scan_bytes": "scanner",
    "scan_path": "scanner",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that `emoscan --version` loads next to nothing."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"emoscan.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'emoscan' has no attribute {name!r}")
