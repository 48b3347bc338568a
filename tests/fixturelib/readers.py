"""Readers that others wrote, to hold our writers against. Their imports warn of things that are not ours."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any, Final

SOFFICE: Final = shutil.which("soffice")


def olevba() -> Any:
    """The module `oletools.olevba`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from oletools import olevba

        return olevba


def decompress(data: bytes) -> bytes:
    return bytes(olevba().decompress_stream(bytearray(data)))


def vba_modules(data: bytes, name: str = "file.bin") -> dict[str, str]:
    """Modules as oletools reads them: name with the extension of its type, and source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = olevba().VBA_Parser(name, data=data)
        try:
            return {module: source for _, _, module, source in parser.extract_macros()}
        finally:
            parser.close()


def soffice(files: dict[str, bytes], to: str, folder: Path) -> dict[str, str]:
    """What LibreOffice makes of documents: the converted text by the stem of each name it could open."""
    assert SOFFICE
    for name, data in files.items():
        (folder / name).write_bytes(data)
    out = folder / "out"
    command = [SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", str(out)]
    subprocess.run([*command, *(str(folder / name) for name in files)], check=True, capture_output=True, timeout=120)
    return {path.stem: path.read_text("utf-8-sig", "replace") for path in sorted(out.iterdir())}
