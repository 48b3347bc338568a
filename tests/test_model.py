import pytest

from emoscan.model import of_kind


@pytest.mark.parametrize(
    ("kind", "pattern", "fits"),
    [
        ("script.cmd", "script.cmd", True),
        ("script.cmd", "script.c", False),
        ("script.cmd", "*", True),
        ("script.cmd", "script.*", True),
        ("text.plain", "script.*", False),
        ("script.vba-project", "*.vba*", True),
        ("script.vba-project", "s*p*j*t", True),
        ("script.vba-project", "s*j*p*t", False),
        ("ab", "ab*b", False),
        ("a.b", "a[.]b", False),
    ],
)
def test_kinds_fit_patterns(kind, pattern, fits):
    assert of_kind(kind, pattern) is fits
