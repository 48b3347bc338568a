import base64
import hashlib
import hmac

import pytest
from evaluate.com.program import machine, run, units, value
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.core.failures import ScriptError

CRYPTO = "System.Security.Cryptography."


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x10FEFF), max_size=30))  # above: half units, see encoding.ODD
def test_encodings(text):
    made = machine()
    for name, codec in (("UTF8", "utf-8"), ("Unicode", "utf-16-le"), ("UTF32", "utf-32-le")):
        encoding = made.create(f"System.Text.{name}Encoding")
        data = made.get(encoding, "GetBytes_4", (text,))
        assert made.bytes_of(data) == text.encode(codec)
        assert units(made.get(encoding, "GetString", (data,))) == units(text)


@pytest.mark.parametrize(
    ("name", "digest"),
    [("MD5CryptoServiceProvider", "md5"), ("SHA1Managed", "sha1"), ("SHA256Managed", "sha256"), ("SHA512Managed", "sha512")],
)
def test_hashes(name, digest):
    made = machine()
    algorithm = made.create(CRYPTO + name)
    data = made.make_array(b"abc", byte=True)
    assert made.bytes_of(made.get(algorithm, "ComputeHash_2", (data,))) == hashlib.new(digest, b"abc").digest()
    assert made.get(algorithm, "HashSize") == 8 * hashlib.new(digest).digest_size
    made.get(algorithm, "Initialize")
    made.get(algorithm, "TransformBlock", (data, 0, 2, data, 0))
    made.get(algorithm, "TransformFinalBlock", (data, 2, 1))
    assert made.bytes_of(made.get(algorithm, "Hash")) == hashlib.new(digest, b"abc").digest()


def test_keyed_hash():
    made = machine()
    algorithm = made.create(CRYPTO + "HMACSHA256")
    made.put(algorithm, "Key", (), made.make_array(b"key", byte=True))
    data = made.make_array(b"abc", byte=True)
    assert made.bytes_of(made.get(algorithm, "ComputeHash", (data,))) == hmac.digest(b"key", b"abc", "sha256")


def test_base64_transform():
    made = machine()
    encoded = made.make_array(base64.b64encode(b"hello world"), byte=True)
    decoded = made.get(made.create(CRYPTO + "FromBase64Transform"), "TransformFinalBlock", (encoded, 0, 16))
    assert made.bytes_of(decoded) == b"hello world"
    back = made.get(made.create(CRYPTO + "ToBase64Transform"), "TransformFinalBlock", (decoded, 0, 11))
    assert made.bytes_of(back) == base64.b64encode(b"hello world")


# FIPS-197 C.1 and SP 800-38A F.2.1; NBS Special Publication 500-20 for DES.
VECTORS = [
    ("RijndaelManaged", 2, "000102030405060708090a0b0c0d0e0f", "", "69c4e0d86a7b0430d8cdb78070b4c55a", "00112233445566778899aabbccddeeff"),
    (
        "AesManaged",
        1,
        "2b7e151628aed2a6abf7158809cf4f3c",
        "000102030405060708090a0b0c0d0e0f",
        "7649abac8119b246cee98e9b12e9197d",
        "6bc1bee22e409f96e93d7e117393172a",
    ),
    ("DESCryptoServiceProvider", 2, "10316e028c8f3b4a", "", "82dcbafbdeab6602", "0000000000000000"),
]


@pytest.mark.parametrize(("name", "mode", "key", "vector", "locked", "plain"), VECTORS)
def test_ciphers(name, mode, key, vector, locked, plain):
    made = machine()
    cipher = made.create(CRYPTO + name)
    for field, content in (("Key", key), ("IV", vector)):
        made.put(cipher, field, (), made.make_array(bytes.fromhex(content), byte=True))
    made.put(cipher, "Mode", (), mode)
    made.put(cipher, "Padding", (), 1)
    data = made.make_array(bytes.fromhex(locked), byte=True)
    opened = made.get(made.get(cipher, "CreateDecryptor"), "TransformFinalBlock", (data, 0, len(locked) // 2))
    assert made.bytes_of(opened).hex() == plain
    again = made.get(made.get(cipher, "CreateEncryptor"), "TransformFinalBlock", (opened, 0, len(plain) // 2))
    assert made.bytes_of(again).hex() == locked


def test_wrong_keys_are_errors_of_the_script():
    made = machine()
    cipher = made.create(CRYPTO + "RijndaelManaged")
    short = made.make_array(b"x", byte=True)
    with pytest.raises(ScriptError):
        made.get(made.get(cipher, "CreateDecryptor", (short, short)), "TransformFinalBlock", (short, 0, 1))


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ('x.Add "b": x.Add "a": x.Add "C": x.Sort', "x(0) & x.Item(1) & x(2) & x.Count", "abC3"),
        ("x.Add 3: x.Add 1: x.Reverse", "x(0) & x(1)", "13"),
        ('x.Add "a": x.Insert 0, "b": x.RemoveAt 1', "x.Count & x(0)", "1b"),
        ('x.Add "a": x.Add "b"', 'x.Contains("b") & x.IndexOf("b", 0)', "True1"),
        ('x.Add "a": For Each i In x: s = s & i: Next', "s", "a"),
        ('x.Add "a": x(0) = "z"', "x.ToArray()(0)", "z"),
    ],
)
def test_list(before, expression, expected):
    assert value(expression, 'Set x = CreateObject("System.Collections.ArrayList")\n' + before) == expected


@pytest.mark.parametrize(
    ("name", "before", "expression", "expected"),
    [
        ("SortedList", 'x.Add "b", 2: x.Add "a", 1', 'x.GetKey(0) & x.GetByIndex(0) & x.IndexOfKey("b") & x.Count', "a112"),
        ("SortedList", 'x("k") = 5: x.Remove "k"', 'x.ContainsKey("k")', False),
        ("Hashtable", 'x.Add "b", 2', 'x("b") & x.ContainsValue(2)', "2True"),
        ("Queue", "x.Enqueue 1: x.Enqueue 2", "x.Peek & x.Dequeue & x.Dequeue & x.Count", "1120"),
        ("Stack", "x.Push 1: x.Push 2", "x.Peek & x.Pop & x.Pop & x.Count", "2210"),
    ],
)
def test_other_collections(name, before, expression, expected):
    assert value(expression, f'Set x = CreateObject("System.Collections.{name}")\n{before}') == expected


def test_builder():
    before = (
        'Set b = CreateObject("System.Text.StringBuilder"): b.Append_3 "ab": b.AppendLine "c": b.Insert_2 0, "x": b.Replace "b", "BB"\n'
    )
    assert value("b.ToString & b.Length", before) == "xaBBc\r\n7"


def test_formatter_loads_the_assembly_it_is_given():
    pe = b"MZ" + bytes(0x3A) + (0x40).to_bytes(4, "little") + b"PE\0\0" + b"code"
    made_of = base64.b64encode(b"\0\1 serialised " + pe).decode()
    outcome = run(
        f"""
        Set t = CreateObject("System.Security.Cryptography.FromBase64Transform")
        Set e = CreateObject("System.Text.ASCIIEncoding")
        b = e.GetBytes_4("{made_of}")
        Set m = CreateObject("System.IO.MemoryStream")
        d = t.TransformFinalBlock(b, 0, e.GetByteCount_2("{made_of}"))
        m.Write d, 0, 86
        m.Position = 0
        Set f = CreateObject("System.Runtime.Serialization.Formatters.Binary.BinaryFormatter")
        Set o = f.Deserialize_2(m).DynamicInvoke(CreateObject("System.Collections.ArrayList").ToArray()).CreateInstance("Loader")
        o.Start "x"
        """
    )
    assert [value for kind, value in outcome.effects() if kind == "load"] == ["serialised object, 86 bytes", "Loader"]
    assert outcome.children[0].data == b"\0\1 serialised " + pe
    assert outcome.children[1].data == pe


def test_random_numbers_are_the_same_each_time():
    expression = 'CreateObject("System.Random").Next_2(5, 100)'
    assert value(expression) == value(expression)
    assert 5 <= value(expression) < 100
