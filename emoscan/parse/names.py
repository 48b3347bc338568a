"""What a file name promises: its extension, and how much it matters to look inside."""

from __future__ import annotations

from typing import Final

_ORDER: Final = (
    # what runs, and what may hold macros
    (
        "doc docm dot dotm xls xlsm xlt xltm xlsb xlam xla ppt pptm pps ppsm pot potm ppam one onepkg rtf mht mhtml slk iqy hta js jse vbs vbe wsf "
        "wsh ps1 psm1 bat cmd lnk url reg msi exe scr pif com cpl dll jar chm hlp sct xll application appref-ms settingcontent-ms library-ms search-ms"
    ),
    # what may hold such things
    "zip rar 7z gz bz2 xz zst tar tgz cab arj ace lzh lha z iso img udf vhd vhdx wim eml msg mbox html htm xhtml shtml svg pdf",
    # documents without macros, and texts, which may hold a password
    "docx dotx xlsx xltx pptx ppsx potx odt ods odp txt csv xml json",
)
_PRIORITY: Final = {extension: rank for rank, extensions in enumerate(_ORDER) for extension in extensions.split()}
_LOW: Final = frozenset("png jpg jpeg gif bmp ico tif tiff webp emf wmf mp3 mp4 avi mov wav ogg ttf otf woff woff2 css class".split())


LOWEST: Final = len(_ORDER) + 1
"""Priority of pictures, sounds, fonts and the like."""


def extension(name: str) -> str:
    """In lower case, without the dot; "" when there is none."""
    stem, dot, last = name.replace("\\", "/").rpartition("/")[2].rstrip(". \0").rpartition(".")
    return last.lower() if dot and stem else ""


def priority(name: str) -> int:
    """0 for names to look into first, higher for later."""
    ending = extension(name)
    return LOWEST if ending in _LOW else _PRIORITY.get(ending, len(_ORDER))
