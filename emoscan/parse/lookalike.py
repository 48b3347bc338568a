"""Domains made to be taken for others: letters that look alike, typing errors, and a known name with a trusty word beside it.

The tables are a small part of the confusables of Unicode TR39: what can stand in a registered name and is read as Latin.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CYRILLIC_GREEK: Final = dict(
    zip(
        "аАеЕоОрРсСхХуУіІјЈѕЅԁԛԝһӏкКмМтТвВнНьгпиαΑοΟρνΝκΚιΙτΤυΥχΧεΕηΗβΒγδωƅɡɩıł",
        "aAeEoOpPcCxXyYiIjJsSdqwhlkKmMtTbBhHbrnuaAoOpvNkKiItTuYxXeEnHbByowbgiil",
        strict=False,
    )
)
_SAME: Final = str.maketrans({**_CYRILLIC_GREEK, "0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "3": "e"})
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))

TRUSTY: Final = frozenset(
    "support ticket tickets employee employees help helpdesk servicedesk sso okta login logon signin vpn mail webmail owa invoice invoices billing secure "
    "security it hr portal account accounts admin office auth mfa 2fa verify verification update sharepoint teams docs remote citrix benefits payroll onedrive".split()
)
"""Words that attackers put beside a company's name."""
_GLUED: Final = ("support", "ticket", "helpdesk", "servicedesk", "employee", "okta", "sso", "vpn", "login", "payroll")
"""Those that are also found run together with it."""

SHORTEST: Final = 4
"""Letters of a name that can be told apart from chance."""


def skeleton(label: str) -> str:
    """The label as it looks at a glance."""
    text = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c)).lower().translate(_SAME)
    for pair, single in _PAIRS:
        text = text.replace(pair, single)
    return text.replace("-", "")


def shown(host: str) -> str:
    """A host name as people see it: xn-- labels decoded."""
    return ".".join(_decoded(label) for label in host.lower().split("."))


def _decoded(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except (UnicodeError, ValueError):
        return label


def resembles(host: str, label: str, known_host: str, known: str) -> str:
    """How a domain imitates a known one: "looks like", "one letter off", "known name and support", the whole of a known name inside another; "" when it does not.

    `label` and `known` are the labels that were registered: "example" of mail.example.co.jp.
    """
    seen, ours = _decoded(label.lower()), known.lower()
    if seen == ours or len(ours) < SHORTEST:
        return ""
    if skeleton(seen) == skeleton(ours):
        return "looks like it"
    whole = f".{shown(host)}"
    if not whole.endswith(f".{known_host}") and (f".{known_host}." in whole or f".{known_host.replace('.', '-')}." in whole):
        return "the whole of its name"
    words = [word for word in re.split(r"[-.]", shown(host)) if word]
    if ours in words and any(word in TRUSTY for word in words) and not host.endswith(f".{known_host}"):
        return "its name and a word people trust"
    for word in _GLUED:
        if ours and seen in (ours + word, word + ours):
            return "its name and a word people trust"
    if (
        len(ours) >= 6
        and abs(len(seen) - len(ours)) <= 1
        and seen[0] == ours[0]
        and not (seen[-1].isdigit() or ours[-1].isdigit())
        and _one_off(seen, ours)
    ):
        return "one letter off"
    return ""


def _one_off(one: str, other: str) -> bool:
    """Whether one edit (insert, delete, change, swap of neighbours) makes one the other."""
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) != len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])
