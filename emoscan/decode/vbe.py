"""Scripts made unreadable by the Windows Script Encoder: .vbe, .jse, and `language="VBScript.Encode"` in pages."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import sniff, step

ENCODED: Final = "script.encoded"
BLOCKS: Final = 200

# What stands for tab and for blank to DEL under each of three alphabets; <, > and @ are written as escapes.
_ALPHABETS: Final = (
    b"dP\"Ja^][B`#e_~ORz!F &c*vG%,)i?'?g?bAZf2sMCq9|SH1rnpI?Kj.\x7f(5}$-T7{=l4mN+0otkL3V:xWw;D/YE\\h6Xy\tu8UQ",
    b"7~ZE:yY'vcbMQSR &Tq+f*X\x7f{01lI?x?_?)$/93o!u(BFJ\\H6K}]jPi#\tpet,wD?m|C8^[nWL4r%VshUG25.dO;-Aaz\"`kN=g",
    b"i,er[fuLEv*C3B cJZ8y2Wl+FRO=p?{?Q?z~;GAwV_&xndtg}h5\"U:`jqoI\\]'Y%|#m(19\x7f6T4bN0^s\tKa$MkD!7SXH.P-)?/",
)
_PLAIN: Final = "\t" + "".join(map(chr, range(32, 128)))
_PICK: Final = bytes.fromhex("0102000102000200000200020100020001000200010102000002010002000002")
_PICK_ON: Final = bytes.fromhex("0101000200020001000101020001000201000200010102000001010200010002")
"""Which alphabet is for which character, over and over: 64 of them."""
_ESCAPES: Final = {"&": "\n", "#": "\r", "*": ">", "!": "<", "$": "@"}

_HEAD: Final = lazy(r"#@~\^[A-Za-z0-9+/]{6}==")
_CHECKSUM: Final = lazy(r"[A-Za-z0-9+/]{6}==\Z")
_END: Final = "^#~@"


@step("script-encoder", takes=(ENCODED, "script.vbs", "script.js", "script.hta", "script.wsf", "text.html", "text.xml"))
def undo_script_encoder(artifact: Artifact, ctx: Context) -> Yields:
    """The plain text of each encoded block."""
    text = text_of(artifact.data)
    at, count = 0, 0
    while (head := _HEAD.search(text, at)) is not None:
        count += 1
        if count > BLOCKS:
            yield Problem("limit", "script-encoder", f"more than {BLOCKS} encoded blocks in one artifact; the rest was not read")
            return
        end = text.find(_END, head.end())
        at = end + len(_END) if end >= 0 else len(text)
        body = _CHECKSUM.sub("", text[head.end() : end if end >= 0 else len(text)])
        ctx.budget.spend(len(body) // 16 + 1)
        ctx.budget.grow(len(body), "encoded script")
        if end < 0:
            yield Problem("malformed", "script-encoder", "an encoded script has no end; it was read as far as it goes")
        plain = as_bytes(decode(body))
        kind = sniff(plain)[0]
        yield Fact("obfuscation.script_encoder", f"{len(body):,} characters", span=(head.start(), at))
        yield Child(plain, kind if kind.startswith("script.") else "script.vbs", how="Windows Script Encoder", span=(head.start(), at))


def decode(body: str) -> str:
    """The text of one block without its head and checksum."""
    tables = [{chr(code): _PLAIN[place] for place, code in enumerate(alphabet)} for alphabet in _ALPHABETS]
    picks = _PICK + _PICK_ON
    letters: list[str] = []
    place = 0
    for match in re.finditer(r"@([&#*!$])|([\s\S])", body):
        if match[1]:
            letters.append(_ESCAPES[match[1]])
        else:
            letters.append(tables[picks[place % 64]].get(match[2], match[2]))
        place += match[0].isascii()
    return "".join(letters)
