"""Machine code: where it would connect to, what it would fetch or run, behind one XOR with a byte as well."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse import stagers
from emoscan.parse.text import as_bytes
from emoscan.registry import step

MOST_URLS: Final = 20


@step("shellcode", takes="data.shellcode")
def read_stager(artifact: Artifact, ctx: Context) -> Yields:
    """Addresses and commands in machine code."""
    from emoscan.parse.urls import find_urls

    data = artifact.data
    ctx.budget.spend(len(data) // 4 + 1)
    key = stagers.key_of(data)
    if key:
        ctx.budget.grow(len(data), "machine code, XOR undone")
        data = stagers.xored(data, key)
        at = data.find(b"MZ")
        if at >= 0 and b"This program cannot" in data[at : at + 256]:
            yield Child(data[at:], how=f"XOR with {key:#04x}")
    how = f"machine code, XOR with {key:#04x}" if key else "machine code"
    stager = stagers.read(data)
    if stager is not None:
        detail = {"port": str(stager.port)} if stager.port else {}
        if stager.user_agent:
            detail["user_agent"] = stager.user_agent
        if stager.scheme == "run":
            yield Fact("effect.run", stager.command, how)
            yield Child(as_bytes(stager.command), "script.cmd", how="command in machine code")
        else:
            yield Fact("shellcode.stager", f"{stager.scheme} {stager.host or 'any address'}:{stager.port}", how, detail=detail)
            if stager.host:
                yield Fact("effect.connect", f"{stager.host}:{stager.port}" if stager.port else stager.host, how)
            if stager.scheme.startswith("http") and stager.host:
                yield Fact("effect.download", stager.url, how, detail=detail)
    seen: set[str] = set()
    for text in stagers.strings(data):
        for url in find_urls(text):
            if url.value not in seen and len(seen) < MOST_URLS and (stager is None or not stager.host or stager.host not in url.value):
                seen.add(url.value)
                yield Fact("effect.download", url.value, f"address in {how}", confidence=0.8)
