"""Whether what a decoder made looks as if its key was right."""

from __future__ import annotations

import re
from typing import Final

from emoscan.parse.lazy import lazy


def sensible(text: str) -> bool:
    """Whether a text can be a command, a path or an address: what a decoder makes with the wrong key is not."""
    sample = text[:500]
    strange = sum(not (" " <= c <= "~" or c in "\r\n\t" or c.isalnum()) or "\x80" <= c <= "\xff" for c in sample)
    return bool(sample) and 8 * strange <= len(sample)


CONVINCING: Final = lazy(
    r"(?:^|[^a-z])(?:cmd|command\.com|power(?:\W{0,3})shell|pwsh|[cw]script|mshta|rundll32|regsvr32|certutil|bitsadmin|wmic|msbuild|msiexec"
    r"|schtasks|explorer|start|calc|notepad|winword|excel)(?:[^a-z]|$)|https?:|[a-z]:[\\/]|\\\\\w|\.(?:exe|dll|bat|cmd|vbs|vbe|js|jse|ps1|hta|wsf|com|scr|"
    r"lnk|tmp|docm?|xlsm?|txt|zip|html?)(?:\W|$)|%(?:comspec|te?mp|\w*appdata|windir|systemroot|userprofile|public|programdata|allusersprofile)%|\bsub\b|\bdim\b|\bfunction\b|<Unknown",
    re.IGNORECASE,
)
"""What nearly every command, address or script has somewhere. Text that a decoder makes with a key nearly right has not."""
