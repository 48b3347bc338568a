"""The simplified form of JScript."""

from __future__ import annotations

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.jscript.run import Script, evaluate
from emoscan.model import Child, Fact

PADDING = "\nvar u1;\nvar u2;\nvar u3;\n"


def simplified(source):
    found = []
    evaluate(Script((source + PADDING,), "a.js", source.encode()), Budget(Limits()), found.append)
    (text,) = [item.data.decode() for item in found if isinstance(item, Child) and item.label == "simplified"]
    return text.removesuffix(PADDING.lstrip("\n")).rstrip("\n")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('var a = "W" + \'Script\' + ".Sh" + "ell"; // words', 'var a = "WScript.Shell";'),
        ('var a = "\\x57\\u0053";', 'var a = "WS";'),
        ('var a = x["leng" + "th"]["b c"];', 'var a = x.length["b c"];'),
        ("var a = String.fromCharCode(72, 0x69) + 'x';", 'var a = "Hix";'),
        ("var a = 'olleh'.split('').reverse().join('');", 'var a = "hello";'),
        ("var a = ['a', 'b'].join('-');", 'var a = "a-b";'),
        ("var a = b['a', 'b'];", "var a = b['a', 'b'];"),
        ("function d(s) { return s.replace(/1/g, '') } var a = d('t1e1s1t');",
         "function d(s){\n  return s.replace(/1/g, '')\n}\nvar a = \"test\";"),
        ("var n = 0; function d(s) { return ++n } var a = d('x') + z;", None),
        ("function f(s) { WScript.Echo(s) } f('x');", "function f(s){\n  WScript.Echo(s)\n}\nf('x');"),
        ("if (a) { b() } else { c() }", "if(a){\n  b()\n}\nelse {\n  c()\n}"),
        ("for (i = 0; i < 2; i++) q('a' + i);", "for(i = 0; i < 2; i ++ ) q('a' + i);"),
        ("var a = 1 - 'x' + 'y'", "var a = 1 - 'x' + 'y'"),
        ("a = 'x' + 'y'.length", 'a = "x1"'),
    ],
)  # fmt: skip
def test_what_is_made_of_constants_is_put_together(source, text):
    if text is not None:
        assert simplified(source) == text
    else:
        assert "function d" in simplified(source)


def test_values_are_asked_for_without_effects():
    found = []
    source = (
        "function f(s) { new ActiveXObject('WScript.Shell').Run(s); return 'ran' } if (0) { f('a.exe') }\nvar a = f('b.exe');" + PADDING
    )
    evaluate(Script((source,), "a.js", source.encode()), Budget(Limits()), found.append)
    assert [item.value for item in found if isinstance(item, Fact) and item.kind == "effect.run"] == ["b.exe"]


def test_functions_that_never_end_are_left_as_they_are():
    source = "function f(s) { while (s) {} return 'x' }\nvar a = 1; if (a > 1) { b = f('y'); }\nvar c = 'd' + 'e';"
    assert "f('y')" in simplified(source)
