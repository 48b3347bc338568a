from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.shortcuts import open_query, open_url_file
from emoscan.model import Artifact, Fact


def run(step, text):
    return list(step(Artifact("windows.url", text.encode()), Context(Budget(Limits()))))


def test_url_file_names_its_target():
    text = "[InternetShortcut]\r\nURL=file://files.example.test/a/x.js\r\nIconFile=\\\\192.0.2.1\\a\\b.ico\r\nIconIndex=1\r\n"
    assert run(open_url_file, text) == [
        Fact("link.external", "file://files.example.test/a/x.js", "hyperlink"),
        Fact("link.external", "\\\\192.0.2.1\\a\\b.ico", "iconfile of the shortcut"),
    ]


def test_a_local_icon_is_no_link():
    text = "[InternetShortcut]\nURL=https://www.example.test/\nIconFile=C:\\Windows\\System32\\shell32.dll\n"
    assert run(open_url_file, text) == [Fact("link.external", "https://www.example.test/", "hyperlink")]


def test_web_query():
    assert run(open_query, "WEB\r\n1\r\nhttps://files.example.test/a\r\n") == [
        Fact("link.external", "https://files.example.test/a", "web query")
    ]
    assert run(open_query, "WEB\r\n1\r\n") == []
