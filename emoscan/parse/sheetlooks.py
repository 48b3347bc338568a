"""Looks of cells in Office Open XML workbooks: styles.xml and the colours of the theme (ECMA-376 part 1, 18.8 and 20.1.6)."""

from __future__ import annotations

import colorsys
from functools import cached_property
from typing import TYPE_CHECKING, Final

from emoscan.parse import Malformed, xml
from emoscan.parse.looks import BUILT_IN_FORMATS, DEFAULT_PALETTE, Looks, nearest
from emoscan.parse.package import Package
from emoscan.parse.workbook import Style

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_STYLES: Final = 70_000

PATTERNS: Final = {
    name: number
    for number, name in enumerate(
        """none solid mediumGray darkGray lightGray darkHorizontal darkVertical darkDown darkUp darkGrid darkTrellis lightHorizontal
        lightVertical lightDown lightUp lightGrid lightTrellis gray125 gray0625""".split()
    )
}
LINES: Final = {
    name: number
    for number, name in enumerate(
        "none thin medium dashed dotted thick double hair mediumDashed dashDot mediumDashDot dashDotDot mediumDashDotDot slantDashDot".split()
    )
}
HORIZONTAL: Final = {
    name: number for number, name in enumerate("general left center right fill justify centerContinuous distributed".split(), 1)
}
VERTICAL: Final = {name: number for number, name in enumerate("top center bottom justify distributed".split(), 1)}
_THEME: Final = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink")
"""Colours of a theme in the order in which styles number them."""
_OFFICE: Final = (0xFFFFFF, 0x000000, 0xE7E6E6, 0x44546A, 0x4472C4, 0xED7D31, 0xA5A5A5, 0xFFC000, 0x5B9BD5, 0x70AD47, 0x0563C1, 0x954F72)
"""Those of Office's own theme."""


class SheetStyles:
    """The styles of a workbook; `looks` gives the one a cell has by its number."""

    def __init__(self, package: Package, main: str) -> None:
        self.package = package
        self.main = main
        self.looks = Looks(self._style, plain=0)

    @cached_property
    def _root(self) -> Element | None:
        return _tree(self.package, next(iter(self.package.targets(self.main, "styles")), "xl/styles.xml"))

    def _list(self, name: str) -> list[Element]:
        group = xml.child(self._root, name) if self._root is not None else None
        return list(group)[:MAX_STYLES] if group is not None else []

    @cached_property
    def _formats(self) -> dict[str, str]:
        return {xml.attribute(e, "numFmtId"): xml.attribute(e, "formatCode") for e in self._list("numFmts")}

    @cached_property
    def _fonts(self) -> list[Element]:
        return self._list("fonts")

    @cached_property
    def _fills(self) -> list[Element]:
        return self._list("fills")

    @cached_property
    def _borders(self) -> list[Element]:
        return self._list("borders")

    @cached_property
    def _xfs(self) -> list[Element]:
        return self._list("cellXfs")

    @cached_property
    def _palette(self) -> tuple[int, ...]:
        colors = xml.child(self._root, "colors") if self._root is not None else None
        indexed = xml.child(colors, "indexedColors") if colors is not None else None
        own = [_hex(xml.attribute(e, "rgb")) or 0 for e in indexed] if indexed is not None else []
        return tuple(own[8:64]) if len(own) > 8 else DEFAULT_PALETTE

    @cached_property
    def _theme(self) -> list[int]:
        root = _tree(self.package, next(iter(self.package.targets(self.main, "theme")), "xl/theme/theme1.xml"))
        found = dict(zip(_THEME, _OFFICE))
        for scheme in root.iter() if root is not None else ():
            if xml.local(scheme.tag) == "clrScheme":
                for color in scheme:
                    value = next(iter(color), None)
                    if value is not None and xml.local(color.tag) in found:
                        found[xml.local(color.tag)] = _hex(xml.attribute(value, "lastClr") or xml.attribute(value, "val")) or 0
                break
        return list(found.values())

    def _color(self, element: Element | None) -> tuple[int, int | None]:
        """(palette index, 0xRRGGBB) of a colour; (0, None) for an automatic one."""
        if element is None or xml.attribute(element, "auto") in ("1", "true"):
            return 0, None
        rgb, indexed, theme = _hex(xml.attribute(element, "rgb")), xml.attribute(element, "indexed"), xml.attribute(element, "theme")
        if indexed.isdigit() and len(indexed) < 4:
            number = int(indexed)
            number = number - 7 if 8 <= number < 64 else number + 1 if number < 8 else 0
            return number, self._palette[number - 1] if 0 < number <= len(self._palette) else None
        if rgb is None and theme.isdigit() and len(theme) < 3 and int(theme) < len(self._theme):
            rgb = _tinted(self._theme[int(theme)], xml.attribute(element, "tint"))
        return (0, None) if rgb is None else (nearest(rgb), rgb)

    def _style(self, number: int) -> Style:
        """Of a cell's xf, ECMA-376 part 1, 18.8.45."""
        if number >= len(self._xfs):
            return Style()
        xf = self._xfs[number]
        font, fill, border = _at(self._fonts, xf, "fontId"), _at(self._fills, xf, "fillId"), _at(self._borders, xf, "borderId")
        alignment, protection = xml.child(xf, "alignment"), xml.child(xf, "protection")
        format_id = xml.attribute(xf, "numFmtId")
        color, color_rgb = self._font_color(font)
        pattern = xml.child(fill, "patternFill") if fill is not None else None
        fill_pattern = PATTERNS.get(xml.attribute(pattern, "patternType"), 0) if pattern is not None else 0
        fore, fore_rgb = self._color(xml.child(pattern, "fgColor")) if pattern is not None else (0, None)
        back, _ = self._color(xml.child(pattern, "bgColor")) if pattern is not None else (0, None)
        sides = [xml.child(border, side) if border is not None else None for side in ("left", "right", "top", "bottom")]
        known = int(format_id) if format_id.isdigit() and len(format_id) < 6 else 0
        return Style(
            number_format=self._formats.get(format_id) or BUILT_IN_FORMATS.get(known, "General"),
            font=_value(font, "name") or "Calibri",
            size=_number(_value(font, "sz"), 11.0),
            bold=_flag(font, "b"),
            italic=_flag(font, "i"),
            underline=font is not None and xml.child(font, "u") is not None and _value(font, "u") != "none",
            strike=_flag(font, "strike"),
            outline=_flag(font, "outline"),
            shadow=_flag(font, "shadow"),
            script={"superscript": 1, "subscript": 2}.get(_value(font, "vertAlign"), 0),
            color=color,
            color_rgb=color_rgb or 0,
            fill_pattern=fill_pattern,
            fill_color=fore,
            fill_background=back,
            fill_rgb=fore_rgb if fill_pattern else None,
            horizontal=HORIZONTAL.get(xml.attribute(alignment, "horizontal"), 1) if alignment is not None else 1,
            vertical=VERTICAL.get(xml.attribute(alignment, "vertical"), 3) if alignment is not None else 3,
            wrap=alignment is not None and xml.attribute(alignment, "wrapText") in ("1", "true"),
            indent=int(_number(xml.attribute(alignment, "indent"), 0)) if alignment is not None else 0,
            rotation=int(_number(xml.attribute(alignment, "textRotation"), 0)) if alignment is not None else 0,
            locked=protection is None or xml.attribute(protection, "locked") not in ("0", "false"),
            hidden=protection is not None and xml.attribute(protection, "hidden") in ("1", "true"),
            borders=tuple(LINES.get(xml.attribute(side, "style"), 0) if side is not None else 0 for side in sides),  # type: ignore[arg-type]
            border_colors=tuple(  # type: ignore[arg-type]
                self._color(xml.child(side, "color"))[0] if side is not None else 0 for side in sides
            ),
        )

    def _font_color(self, font: Element | None) -> tuple[int, int | None]:
        element = xml.child(font, "color") if font is not None else None
        if element is not None and xml.attribute(element, "theme") == "1" and not xml.attribute(element, "tint"):
            return 1, self._theme[1]  # the theme's text colour; Excel says it is the palette's first
        return self._color(element)


def _tree(package: Package, part: str) -> Element | None:
    if not package.find(part):
        return None
    try:
        return xml.tree(package.read(part))
    except Malformed as error:
        package.damage.append(f"part {part!r}: {error}")
        return None


def _at(found: list[Element], xf: Element, key: str) -> Element | None:
    number = xml.attribute(xf, key)
    return found[int(number)] if number.isdigit() and len(number) < 7 and int(number) < len(found) else None


def _value(element: Element | None, name: str) -> str:
    found = xml.child(element, name) if element is not None else None
    return xml.attribute(found, "val") if found is not None else ""


def _flag(element: Element | None, name: str) -> bool:
    found = xml.child(element, name) if element is not None else None
    return found is not None and xml.attribute(found, "val") not in ("0", "false")


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if abs(value) < 1e6 else default


def _hex(text: str) -> int | None:
    try:
        return int(text[-6:], 16) if text else None
    except ValueError:
        return None


def _tinted(color: int, tint: str) -> int:
    """A colour made lighter (above 0) or darker, ECMA-376 part 1, 18.8.19."""
    amount = _number(tint, 0.0)
    if not amount or abs(amount) > 1:
        return color
    hue, light, saturation = colorsys.rgb_to_hls((color >> 16) / 255, (color >> 8 & 255) / 255, (color & 255) / 255)
    light = light * (1 + amount) if amount < 0 else light * (1 - amount) + amount
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, light, saturation))
    return red << 16 | green << 8 | blue
