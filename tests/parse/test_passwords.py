"""Passwords in texts, in the words of ten languages."""

import time

import pytest

from emoscan.parse.passwords import MAX_CANDIDATES, candidates, html_text, speaks_of_one

FIRST = [
    ("添付ファイルの解凍パスワード：４４３２", "4432"),
    ("添付ファイルの解凍ﾊﾟｽﾜｰﾄﾞ:4432です。", "4432"),
    ("パスワードは「さくら12」です。", "さくら12"),
    ("パスワードは4432です。よろしくお願いします。", "4432"),
    ("ZIPパス【abc12】", "abc12"),
    ("ＰＷ：ａｂｃ１２", "abc12"),
    ("添付のZIPのパスワードは下記となります。\n\nabc!23\n\n以上", "abc!23"),
    ("【パスワード】xyz789", "xyz789"),
    ("解凍キー：q1w2", "q1w2"),
    ("PW: 980", "980"),
    ("Archive password - U4613", "U4613"),
    ("Password: ujy55", "ujy55"),
    ("The password for the attached file is Test001!!", "Test001"),
    ("Password is 'Xy-9z'.", "Xy-9z"),
    ("Das Passwort lautet 1234", "1234"),
    ("Passwort für das Archiv: 826.", "826"),
    ("La password è: 7788", "7788"),
    ("Parola d'ordine: xy12", "xy12"),
    ("Contraseña: 99", "99"),
    ("Mot de passe\xa0: 12ab", "12ab"),
    ("Senha: pGSLv6puYf", "pGSLv6puYf"),
    ("Wachtwoord: BhH", "BhH"),
    ("Hasło do archiwum: chr32GVM\n\nPozdrawiam", "chr32GVM"),
    ("Пароль: qwe12", "qwe12"),
    ("密码：abc99", "abc99"),
    ("비밀번호: kr55", "kr55"),
    ("password\n\nabc99\n", "abc99"),
    ("Please use 4432 as the password", "4432"),
    ("Dear all,\nsee attached.\n4432\n", "4432"),
    ("解凍PWはxK9です。", "xK9"),
    ("ＰＷはBhHでお願いします。", "BhH"),
    ("{BhH}（パスワード）", "BhH"),
    ("パスワード／Kv7-2290", "Kv7-2290"),
    ("セキュリティコード：BhH", "BhH"),
    ("Pasword: BhH", "BhH"),
    ("Access code: BhH", "BhH"),
    ("Mot-de-passe : BhH", "BhH"),
    ("Le mot de passe est « invoice »", "invoice"),
    ("BhH ist das Passwort", "BhH"),
    ("ŞİFRE: BhH", "BhH"),
    ("Пароль к архиву - BhH", "BhH"),
    ("비밀번호는 BhH입니다", "BhH"),
    ("解压码:BhH", "BhH"),
    ("Hasło to: BhH", "BhH"),
    ("Pass\u200bword: B\u200bh\u00adH", "BhH"),
    ("Etwas anderes: BhH", "BhH"),
]


@pytest.mark.parametrize(("text", "password"), FIRST)
def test_likeliest_candidate(text, password):
    assert candidates(text)[0].value == password


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("The password for the attached file is Test001!!", "Test001!!"),
        ('Password is "two words".', "two words"),
        ("the code word of today, hunter2, opens it", "hunter2"),
        ("Password (without quotes): 'a b'", "a b"),
        ("The password is P@ssw0rd!.", "P@ssw0rd!"),
        ("Password green tree 7", "green tree 7"),
        ("To open it, enter BhH", "BhH"),
        ("開くときはBhHを入れてください", "BhH"),
        ("Use code a#b9$ to unzip", "a#b9$"),
        ("パスワードは、パス9901となります。", "パス9901"),
        ("下記パスワードにて解凍願います。\n\n----------\nBhH\n----------", "BhH"),
        ("BhH が解凍パスワードです。", "BhH"),
        (">> Passwort\n>> lautet:\n>> BhH", "BhH"),
        ("Password: 4 7 1 1", "4711"),
    ],
)
def test_among_the_first_ten(text, password):
    assert password in [c.value for c in candidates(text)[:10]]


def test_words_of_the_quoted_mail_come_last():
    found = candidates("number 1111 \n\nOn Tue, Nov 3, 2020 user wrote:\n> number 2222")
    digits = [c.value for c in found if c.value.isdigit()]
    assert digits[0] == "1111"
    assert set(digits) == {"1111", "2222", "2020"}


def test_words_that_only_look_like_the_keyword():
    assert max(c.rank for c in candidates("パスポートの番号を確認")) < 0.6 if candidates("パスポートの番号を確認") else True
    assert max((c.rank for c in candidates("spinning compassion bypasses")), default=0) <= 0.1


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("The password is the last four digits of your order number. Order no. 2023-884-120973", "0973"),
        ("Passwort: die letzten 5 Ziffern der Rechnungsnummer RE 4400118273", "18273"),
        ("Le mot de passe: les quatre derniers chiffres du numéro de commande 99120 4711", "4711"),
        ("パスワードは電話番号の下４桁です。\n03-1234-5678", "5678"),
        ("The first six digits of 884120973 open it", "884120"),
    ],
)
def test_a_part_of_a_number(text, password):
    assert next(c.rank for c in candidates(text) if c.value == password) >= 0.5


def test_where_it_stood_is_told():
    assert candidates("Passwort: 826")[0].how == 'after "Passwort"'


def test_ordinary_text_gives_few():
    assert len(candidates("word " * 5_000 + " ".join(f"w{n}" for n in range(5_000)))) <= MAX_CANDIDATES


def test_text_of_a_page():
    page = """<html><style>p{}</style><script>var password="no"</script><body>Pass<b>word</b>: <i>abc12</i><br>next&nbsp;line
    <img src=x alt="PW: 980"><a title='code 77'>x</a>1 < 2</body></html>"""
    text = html_text(page)
    assert "Password: abc12\nnext" in text
    assert "PW: 980" in text
    assert "code 77" in text
    assert "1 < 2" in text
    assert "no" not in text.replace("nbsp", "")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Password: B<!-- a > b -->h<!-- < -->H</p>",
        "<p>Password: B<span style='display: none'>q<span>7</span></span>hH</p>",
        "<p>Password: Bh<i style='x:y;FONT-SIZE:0px'>99<br>99</i>H</p>",
        "<p>Password: <span style='font-size:0.9em'>BhH</span></p>",
        "<p>Pass&shy;word: B&#8203;h<wbr>H</p>",
        "<div style='display:none'>Password: BhH</div>",
    ],
)
def test_likeliest_candidate_of_a_page(markup):
    assert candidates(html_text(markup))[0].value == "BhH"


def test_table_with_a_row_of_labels():
    page = "<table><tr><th>File</th><th>Password</th></tr><tr><td>a.zip</td><td>BhH</td></tr></table>"
    assert "BhH" in [c.value for c in candidates(html_text(page))[:8]]


def test_whether_a_text_speaks_of_one():
    assert speaks_of_one("Fwd: ＰＡＳＳＷＯＲＤ")
    assert speaks_of_one("添付ファイルのパスワードについて")
    assert not speaks_of_one("passport photos")


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "パスワード",
        '"',
        "password: ",
        "([",
        "1",
        "<",
        "> ",
        "on ",
        "w-",
        "from: ",
        "es es ",
        "İ",
        "mots ",
        " -- ",
        "&",
        "<a alt=",
        "\n",
        "pass",
        "「",
        "a1",
        "a: b c d\n",
        "<!--",
        "<i style=display:none>",
        "enter a ",
        "を入れ",
        "> | ",
        "code a1",
        "last four digits ",
        "1-2 ",
        "\u200b",
    ],
)
def test_linear(unit):
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    candidates(text)
    html_text(text)
    candidates(html_text(f"<p>{text}</p>"))
    assert time.process_time() - started < 2


def test_a_page_as_a_document_has_its_hidden_text_in_place():
    assert html_text("<p>a</p><p style='display:none'>b</p><p title='t'>c</p>", in_place=True).split() == ["a", "b", "c"]
