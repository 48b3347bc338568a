"""Web pages as objects: InternetExplorer, htmlfile, and the windows, documents and elements in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, given, is_address, join, known, text, thing
from emoscan.evaluate.com.shell32 import start
from emoscan.evaluate.com.shells import evaluated
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display
from emoscan.parse.scriptblocks import Element, read

EXPLORER: Final = ObjectClass("InternetExplorer", default="Name")
EXPLORER.constants(
    {"Name": "Internet Explorer", "Busy": False, "ReadyState": 4, "HWND": 66_304, "Type": "HTML ドキュメント", "StatusText": ""}
)
EXPLORER.constants({"FullName": r"C:\Program Files\Internet Explorer\iexplore.exe", "Path": r"C:\Program Files\Internet Explorer" "\\"})
for _name, _initial in {
    "Visible": False,
    "Silent": False,
    "Offline": False,
    "ToolBar": 1,
    "StatusBar": True,
    "MenuBar": True,
    "AddressBar": True,
    "Resizable": True,
    "FullScreen": False,
    "TheaterMode": False,
    "Left": 0,
    "Top": 0,
    "Width": 1024,
    "Height": 768,
}.items():
    EXPLORER.field(_name, _initial)

SCRIPT_ADDRESS: Final = re.compile(r"\s*(javascript|vbscript|jscript):", re.IGNORECASE)


@com_class(
    "InternetExplorer.Application",
    "InternetExplorer.ApplicationMedium",
    "SHDocVw.InternetExplorer",
    "SHDocVw.InternetExplorerMedium",
    "0002df01-0000-0000-c000-000000000046",
    "d5e8041d-920f-45e9-b8fb-b1deb82c6e5e",
)
def make_explorer(_machine: Any) -> Object:
    return Object(EXPLORER, url="")


def go_to(machine: Any, target: Text, how: str) -> None:
    """A browser goes to an address: a request, a script, or a file."""
    script = SCRIPT_ADDRESS.match(display(target))
    if script is not None:
        evaluated(machine, display(target)[script.end() :], script[1], how)
    elif is_address(target) or isinstance(target, Unknown):
        machine.download(target, how)
    elif "." in target and not target.lower().startswith(("about:", "\\", "file:")) and "\\" not in target:
        machine.download(f"http://{target}", how)
    elif not target.lower().startswith("about:"):
        start(machine, target, "", how)


@EXPLORER.method("Navigate", "Navigate2", takes="URL Flags TargetFrameName PostData Headers")
def _navigate(machine: Any, this: Object, url: Any = MISSING, *_: Any) -> None:
    target = text(machine, url)
    this.data["url"] = target
    go_to(machine, target, "InternetExplorer.Navigate")


@EXPLORER.method("LocationURL", "LocationName")
def _location(_machine: Any, this: Object) -> Text:
    return this.data["url"]  # type: ignore[no-any-return]


@EXPLORER.method("Document")
def _document(_machine: Any, this: Object) -> Object:
    return make_page(this.data["url"])


@EXPLORER.method("Quit", "Stop", "Refresh", "Refresh2", "GoBack", "GoHome", "ExecWB", "PutProperty", "ShowBrowserBar")
def _nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@EXPLORER.method("Application", "Parent")
def _itself(_machine: Any, this: Object) -> Object:
    return this


# ---------------------------------------------------------------- documents

PAGE: Final = ObjectClass("HTMLDocument")
WINDOW: Final = ObjectClass("HTMLWindow")
ELEMENT: Final = ObjectClass("HTMLElement")
LOCATION: Final = ObjectClass("HTMLLocation", default="href")
PAGE.constants({"readyState": "complete", "charset": "utf-8", "referrer": "", "compatMode": "CSS1Compat", "documentMode": 11})
for _name in ("cookie", "designMode", "domain", "onload", "onreadystatechange"):
    PAGE.field(_name, "")


def make_page(url: Text = "") -> Object:
    return Object(PAGE, url=url, written=[], scripts=0)


@com_class("htmlfile", "MSHTML.HTMLDocument", "HTMLDocument", "25336920-03f9-11cf-8fd0-00aa00686f13")
def make_htmlfile(_machine: Any) -> Object:
    return make_page()


SCRIPT_TAG: Final = re.compile(r"<script\b([^>]{0,500})>", re.IGNORECASE)
SOURCE: Final = re.compile(r"\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
LANGUAGE: Final = re.compile(r"(?:language|type)\s*=\s*[\"']?(?:text/)?([\w.]+)", re.IGNORECASE)


@PAGE.method("write", "writeln")
def _write(machine: Any, this: Object, *pieces: Any) -> None:
    """What is written to a document becomes part of it; scripts in it run."""
    html = join(*(text(machine, piece) for piece in pieces))
    machine.grow(len(display(html)))
    this.data["written"].append(html)
    if "<" in display(html):
        machine.child(html, "text.html", how="HTMLDocument.write")
        run_scripts(machine, display(html), "HTMLDocument.write")


def run_scripts(machine: Any, html: str, how: str) -> None:
    """The scripts in some HTML."""
    at, lower = 0, html.lower()
    while (tag := SCRIPT_TAG.search(html, at)) is not None:
        end = lower.find("</script", tag.end())
        at = end if end >= 0 else len(html)
        language, source = LANGUAGE.search(tag[1]), SOURCE.search(tag[1])
        machine.spend(1)
        if source is not None:
            go_to(machine, source[1], how)
        evaluated(machine, html[tag.end() : at], language[1] if language else "JScript", how)


@PAGE.method("open", "close", "clear", "execCommand", "attachEvent", "addEventListener", "focus", "recalc")
def _page_nothing(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@PAGE.method("parentWindow", "Script", "defaultView")
def _window(_machine: Any, this: Object) -> Object:
    return Object(WINDOW, page=this)


def content(page: Object) -> Text:
    """The text of a document: what a script wrote, or what its address gives."""
    if page.data["written"]:
        return join(*page.data["written"])
    url = page.data["url"]
    return Unknown(f"content of {display(url)}") if url != "" else ""


def own_elements(machine: Any, page: Object) -> list[Object]:
    """The elements of a page whose text is known, as far as scripts ask for them; each is the same object every time."""
    if "elements" not in page.data:
        source = page.data.get("source", "")
        machine.spend(len(source) // 64)
        page.data["elements"] = [_made(machine, page, element) for element in (read(source).elements if source else ())]
    return page.data["elements"]  # type: ignore[no-any-return]


def _made(machine: Any, page: Object, element: Element) -> Object:
    made = Object(ELEMENT, page=page, tag=element.tag)
    machine.grow(len(element.text) + 256)
    made.data.update({f"={name}": value for name, value in element.attributes.items()})
    made.data |= {"=tagname": element.tag.upper(), "=innertext": element.attributes.get("value", element.text), "=innerhtml": element.text}
    if element.tag == APPLICATION:
        made.data["=commandline"] = f'"{machine.world.absolute(machine.world.document)}" '
    return made


APPLICATION: Final = "hta:application"


def named(machine: Any, page: Object, name: str) -> Object | None:
    """An element by its id or, failing that, by its name."""
    elements = own_elements(machine, page)
    name = name.lower()
    for key in ("=id", "=name"):
        for element in elements:
            if str(element.data.get(key, "")).lower() == name:
                return element
    return None


@PAGE.method("body", "documentElement", "head", "activeElement", "elementFromPoint")
def _body(_machine: Any, this: Object, *_: Any) -> Object:
    return Object(ELEMENT, page=this)


@PAGE.method("title")
def _title(machine: Any, this: Object) -> Text:
    given_title = next((element for element in own_elements(machine, this) if element.data["tag"] == "title"), None)
    return this.data.get("=title", given_title.data["=innertext"] if given_title else "")  # type: ignore[no-any-return]


ALL: Final = ObjectClass("HTMLAllCollection", default="Item")


@PAGE.method("all", "forms")
def _all(_machine: Any, this: Object) -> Object:
    return Object(ALL, page=this)


@ALL.method("Item", takes="name")
def _item_of_all(machine: Any, this: Object, name: Any) -> Object:
    return _element(machine, this.data["page"], name)


def _member_of_all(machine: Any, this: Object, name: str, _args: tuple[Any, ...]) -> Object:
    return _element(machine, this.data["page"], name)


ALL.missing = _member_of_all


@PAGE.method("getElementById", "querySelector", takes="name")
def _element(machine: Any, this: Object, name: Any = MISSING) -> Object:
    found = named(machine, this, known(machine, name).lstrip("#")) if given(name) else None
    return found or Object(ELEMENT, page=this)


@PAGE.method(
    "getElementsByTagName", "getElementsByClassName", "getElementsByName", "querySelectorAll", "links", "images", "scripts", takes="name"
)
def _elements(machine: Any, this: Object, name: Any = MISSING) -> Object:
    wanted = known(machine, name).lower().lstrip("#.") if given(name) else "*"
    found = [
        element
        for element in own_elements(machine, this)
        if wanted in ("*", element.data["tag"]) or wanted in (str(element.data.get(key, "")).lower() for key in ("=name", "=id", "=class"))
    ]
    return collection(found or [Object(ELEMENT, page=this)], first=0)


@PAGE.method("createElement", takes="tagName")
def _create_element(machine: Any, _this: Object, name: Any = MISSING) -> Object:
    return Object(ELEMENT, page=make_page(), tag=known(machine, name).lower())


@PAGE.method("location")
def _page_location(_machine: Any, this: Object) -> Object:
    return Object(LOCATION, page=this)


@PAGE.setter("location")
def _put_location(machine: Any, this: Object, url: Any) -> None:
    go_to(machine, text(machine, url), "HTMLDocument.location")
    this.data["url"] = text(machine, url)


@PAGE.method("URL")
def _page_url(_machine: Any, this: Object) -> Text:
    return this.data["url"] or "about:blank"


@LOCATION.method("href", "toString")
def _href(_machine: Any, this: Object) -> Text:
    return this.data["page"].data["url"] or "about:blank"


@LOCATION.setter("href")
def _put_href(machine: Any, this: Object, url: Any) -> None:
    _put_location(machine, this.data["page"], url)


@LOCATION.method("replace", "assign", takes="url")
def _replace(machine: Any, this: Object, url: Any = MISSING) -> None:
    _put_location(machine, this.data["page"], url)


_FIRST_WORD: Final = re.compile(r"\s*(?:call\s+)?(\w{1,100})", re.IGNORECASE)


def run_code(machine: Any, window: Object, code: Text, language: str, how: str) -> None:
    """Code that a page is to run: where it stands, if it is VBScript of a VBScript page. A text runs once, so that timers end."""
    project = getattr(machine, "project", None)
    ran = window.data.setdefault("ran", set())
    word = _FIRST_WORD.match(display(code))
    if (
        project is None
        or not project.vbscript
        or isinstance(code, Unknown)
        or not (language.lower().startswith("vb") or (word and project.find(word[1])))
    ):
        evaluated(machine, code, language, how)
    elif code not in ran:
        ran.add(code)
        project.run_statements(code, machine.module(), None)


@WINDOW.method("execScript", takes="code language")
def _exec_script(machine: Any, this: Object, code: Any = MISSING, language: Any = MISSING) -> None:
    run_code(machine, this, text(machine, code), known(machine, language, "JScript"), "HTMLWindow.execScript")


@WINDOW.method("eval", takes="code")
def _eval(machine: Any, _this: Object, code: Any = MISSING) -> Unknown:
    source = text(machine, code)
    evaluated(machine, source, "JScript", "HTMLWindow.eval")
    return Unknown(f"eval({display(source)[:80]})")


@WINDOW.method("setTimeout", "setInterval", takes="expression msec language")
def _timeout(machine: Any, this: Object, code: Any = MISSING, _delay: Any = MISSING, language: Any = MISSING) -> int:
    if type(code) in (str, Unknown):
        run_code(machine, this, text(machine, code), known(machine, language, "JScript"), "HTMLWindow.setTimeout")
    else:
        machine.call(code, ())
    return 1


@WINDOW.method("document")
def _window_document(_machine: Any, this: Object) -> Any:
    return this.data["page"]


@WINDOW.method("location")
def _window_location(_machine: Any, this: Object) -> Object:
    return Object(LOCATION, page=this.data["page"])


@WINDOW.setter("location")
def _put_window_location(machine: Any, this: Object, url: Any) -> None:
    _put_location(machine, this.data["page"], url)


@WINDOW.method("open", "navigate", takes="url")
def _window_open(machine: Any, this: Object, url: Any = MISSING, *_: Any) -> Object:
    go_to(machine, text(machine, url), "HTMLWindow.open")
    return this


@WINDOW.method(
    "close", "resizeTo", "moveTo", "moveBy", "resizeBy", "focus", "blur", "alert", "clearTimeout", "clearInterval", "scrollTo", "print"
)
def _window_nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@WINDOW.method("confirm")
def _confirm(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@WINDOW.method("prompt")
def _prompt(_machine: Any, _this: Object, *_: Any) -> Unknown:
    return Unknown("what the user types")


@WINDOW.method("window", "self", "top", "parent")
def _same_window(_machine: Any, this: Object) -> Object:
    return this


@WINDOW.method("navigator", "clientInformation")
def _navigator(_machine: Any, _this: Object) -> Object:
    agent = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"
    return thing(
        "Navigator", userAgent=agent, appName="Netscape", appVersion=agent[8:], platform="Win32", userLanguage="ja-JP", language="ja-JP"
    )


@WINDOW.method("screen")
def _screen(_machine: Any, _this: Object) -> Object:
    return thing("Screen", width=1920, height=1080, availWidth=1920, availHeight=1040, colorDepth=24)


# ---------------------------------------------------------------- the clipboard

CLIPBOARD: Final = ObjectClass("clipboardData")


@WINDOW.method("clipboardData")
def _clipboard(_machine: Any, _this: Object) -> Object:
    return Object(CLIPBOARD)


@CLIPBOARD.method("getData", takes="format")
def _get_data(machine: Any, _this: Object, _format: Any = MISSING) -> Any:
    return machine.query("clipboard", machine.world.clipboard)


@CLIPBOARD.method("setData", takes="format data")
def _set_data(machine: Any, _this: Object, _format: Any = MISSING, value: Any = MISSING) -> bool:
    machine.world.clipboard = known(machine, value)
    return True


@CLIPBOARD.method("clearData", takes="format")
def _clear_data(machine: Any, _this: Object, _format: Any = MISSING) -> bool:
    machine.world.clipboard = ""
    return True


# ---------------------------------------------------------------- elements

TAG: Final = re.compile(r"<[^<>]{0,2000}>")


@ELEMENT.method("innerHTML", "outerHTML")
def _inner_html(_machine: Any, this: Object) -> Text:
    return this.data.get("=innerhtml", content(this.data["page"]))  # type: ignore[no-any-return]


@ELEMENT.setter("innerHTML", "outerHTML")
def _put_inner_html(machine: Any, this: Object, value: Any) -> None:
    html = text(machine, value)
    this.data["=innerhtml"] = html
    run_scripts(machine, display(html), "HTMLElement.innerHTML")


@ELEMENT.method("innerText", "outerText", "textContent", "nodeValue", "text", "value")
def _inner_text(machine: Any, this: Object) -> Text:
    held = this.data.get("=innertext")
    if held is not None:
        return held  # type: ignore[no-any-return]
    html = content(this.data["page"])
    if isinstance(html, Unknown):
        return html
    machine.spend(len(html) // 64)
    return TAG.sub("", html)


@ELEMENT.setter("innerText", "outerText", "textContent", "text", "value")
def _put_inner_text(machine: Any, this: Object, value: Any) -> None:
    code = text(machine, value)
    this.data["=innertext"] = code
    if this.data.get("tag") == "script":
        evaluated(machine, code, display(this.data.get("=language", "JScript")), "HTMLElement.text")


@ELEMENT.method("setAttribute", takes="name value")
def _set_attribute(machine: Any, this: Object, name: Any = MISSING, value: Any = MISSING) -> None:
    machine.grow(64)
    key = known(machine, name).lower()
    if key in ("src", "href", "data", "codebase"):
        _put_source(machine, this, value)
    this.data[f"={key}"] = text(machine, value)


@ELEMENT.setter("src")
def _put_source(machine: Any, this: Object, value: Any) -> None:
    target = text(machine, value)
    this.data["=src"] = target
    if is_address(target) and this.data.get("tag") in ("script", "img", "iframe", "frame", "object", "embed", "link", "bgsound", "xml"):
        go_to(machine, target, "HTMLElement.src")


@ELEMENT.method("getAttribute", takes="name")
def _get_attribute(machine: Any, this: Object, name: Any = MISSING) -> Any:
    key = known(machine, name).lower()
    return this.data.get(f"={key}", Unknown(f"attribute {key} of an element"))


@ELEMENT.method(
    "appendChild", "insertBefore", "removeChild", "click", "focus", "blur", "submit", "attachEvent", "doScroll", "scrollIntoView"
)
def _element_nothing(_machine: Any, this: Object, child: Any = MISSING, *_: Any) -> Any:
    return child if type(child) is Object else this


@ELEMENT.method("insertAdjacentHTML", "insertAdjacentText", takes="where html")
def _insert_html(machine: Any, _this: Object, _where: Any = MISSING, html: Any = MISSING) -> None:
    run_scripts(machine, known(machine, html), "HTMLElement.insertAdjacentHTML")


@ELEMENT.method("getElementsByTagName", "children", "childNodes", "all", "rows", "cells")
def _element_children(_machine: Any, this: Object, *_: Any) -> Object:
    return collection([Object(ELEMENT, page=this.data["page"])], first=0)


def _each(_machine: Any, this: Object) -> Iterator[Object]:
    yield Object(ELEMENT, page=this.data["page"])


ELEMENT.items = _each


@ELEMENT.method("dataset", "attributes", "style")
def _element_parts(_machine: Any, this: Object) -> Object:
    return Object(ATTRIBUTES, element=this)


ATTRIBUTES: Final = ObjectClass("HTMLAttributes")


def _any_attribute(_machine: Any, this: Object, name: str, _args: tuple[Any, ...]) -> Any:
    return this.data["element"].data.get(f"=data-{name.lower()}", "")


ATTRIBUTES.missing = _any_attribute


def _any_member(_machine: Any, this: Object, name: str, _args: tuple[Any, ...]) -> Unknown:
    """Anything else of an element comes out of its page."""
    return Unknown(f"{name} of {display(this.data['page'].data['url']) or 'an HTML element'}")


ELEMENT.missing = _any_member
