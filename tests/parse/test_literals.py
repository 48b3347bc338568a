import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.parse.literals import fold, number_of, quoted, tokens, value_of


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("vba", '"po" & "wer" + "shell"', '"powershell"'),
        ("vba", '"a" & _\r\n    "b"', '"ab"'),
        ("vba", 'Chr(112) & ChrW(&H6F) & "w" & Chr$(101)', '"powe"'),
        ("vba", '"say ""hi""" & "!"', '"say ""hi""!"'),
        ("vba", '"a" & x & "b"', '"a" & x & "b"'),
        ("vba", '\' "a" & "b"', '\' "a" & "b"'),
        ("vba", 'x = "it\'s" & "a"', 'x = "it\'sa"'),
        ("vba", "s = myChr(65)", "s = myChr(65)"),
        ("powershell", "('po'+'wer') + \"shell\"", "('power') + \"shell\""),
        ("powershell", "'it''s'+'a'", "'it''sa'"),
        ("powershell", "[char]65+'b'", "'Ab'"),
        ("powershell", "# 'a'+'b'", "# 'a'+'b'"),
        ("js", "'a'+\"\\x62\"+'c'", "'abc'"),
        ("js", "String.fromCharCode(104,0x74)+'tp'", '"http"'),
        ("js", "// 'a'+'b'", "// 'a'+'b'"),
        ("cmd", '"a"+"b"', '"a"+"b"'),
    ],
)
def test_fold(language, before, after):
    assert fold(before, language) == after


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("vba", 'x = "a\'b" \' c "d"\r\nrem e', [("string", '"a\'b"'), ("comment", '\' c "d"'), ("comment", "rem e")]),
        ("vba", 'Remark = "x"', [("string", '"x"')]),
        (
            "powershell",
            "<# a ' #> 'b' # c\n@'\nd ' e\n'@",
            [("comment", "<# a ' #>"), ("string", "'b'"), ("comment", "# c"), ("string", "@'\nd ' e\n'@")],
        ),
        ("powershell", "$a#b 'c'", [("string", "'c'")]),
        ("js", "/* ' */ 'a' // b\n'c'", [("comment", "/* ' */"), ("string", "'a'"), ("comment", "// b"), ("string", "'c'")]),
        ("cmd", "rem a\n:: b\necho c", [("comment", "rem a"), ("comment", ":: b")]),
    ],
)
def test_tokens(language, text, found):
    assert [(t.type, text[t.start : t.end]) for t in tokens(text, language)] == found


@pytest.mark.parametrize(
    ("language", "literal", "value"),
    [
        ("vba", '"a""b"', 'a"b'),
        ("vba", '"open', "open"),
        ("powershell", '"a`nb`"c"', 'a\nb"c'),
        ("powershell", "'a`nb'", "a`nb"),
        ("powershell", "\u2018a\u2019", "a"),
        ("powershell", "@'\na\nb\n'@", "a\nb"),
        ("js", r"'\x41\u0042\103\n\''", "ABC\n'"),
    ],
)
def test_value(language, literal, value):
    assert value_of(literal, language) == value


@pytest.mark.parametrize(("written", "number"), [("10", 10), ("&H1F", 31), ("0x1f", 31), ("&O17", 15), ("&H41&", 65), ("", -1), ("x", -1)])
def test_numbers(written, number):
    assert number_of(written) == number


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=40),
    st.sampled_from(["vba", "powershell", "js"]),
)
def test_quoted_and_back(value, language):
    quote = '"' if language != "powershell" else "'"
    if language == "powershell" and any(c in value for c in "\u2018\u2019\u201a\u201b"):
        return
    assert value_of(quoted(value, language, quote), language) == value


@given(
    st.text(max_size=20, alphabet=st.characters(min_codepoint=32, max_codepoint=126)),
    st.lists(st.integers(1, 5), max_size=8),
    st.sampled_from(["vba", "powershell", "js"]),
)
def test_pieces_fold_to_the_whole(value, lengths, language):
    quote = "'" if language == "powershell" else '"'
    pieces, rest = [], value
    for length in lengths:
        pieces.append(rest[:length])
        rest = rest[length:]
    pieces.append(rest)
    expression = " + ".join(quoted(piece, language, quote) for piece in pieces)
    assert value_of(fold(expression, language), language) == value


@given(st.text(max_size=300), st.sampled_from(["vba", "powershell", "js", "cmd"]))
def test_any_text(text, language):
    fold(text, language)
    last = 0
    for token in tokens(text, language):
        assert last <= token.start < token.end <= len(text)
        last = token.end


@pytest.mark.parametrize("language", ["vba", "powershell", "js", "cmd"])
@pytest.mark.parametrize(
    "unit", ['"a"+', '"', "'", "@'\n", "<#", "/*", "chr(65)&", '"a" & _\n', "[char]65+", "`", "rem ", "\\", " ", "\n", "' "]
)
def test_linear_on_floods(language, unit):
    assert_linear(lambda text: (fold(text, language), tokens(text, language)), unit, 15_000)
