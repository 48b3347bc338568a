"""Obfuscation of PowerShell of the kinds that circulate: each maker takes a random generator and a text.

Makers of texts give an expression that comes to the text; makers of code give a script that runs it.
"""

from __future__ import annotations

import base64
import gzip
import zlib

from Crypto.Cipher import AES


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def casing(random, text):
    return "".join(random.choice((c.lower(), c.upper())) for c in text)


def cut(random, text, least=1):
    pieces = []
    while text:
        size = random.randint(least, max(least, len(text) // 2, 3))
        pieces.append(text[:size])
        text = text[size:]
    return pieces or [""]


def ticked(random, word):
    """Back-ticks inside a word, before letters for which they mean nothing."""
    return "".join(f"`{c}" if i and c.lower() in "ghijklmopqswxyzc" and random.random() < 0.4 else c for i, c in enumerate(word))


# ---------------------------------------------------------------- texts


def concat(random, text):
    return "(" + "+".join(quote(piece) for piece in cut(random, text)) + ")"


def reorder(random, text):
    pieces = cut(random, text)
    order = list(range(len(pieces)))
    random.shuffle(order)
    form = "".join(f"{{{order.index(i)}}}" for i in range(len(pieces)))
    return f'("{form}" -{casing(random, "f")} ' + ",".join(quote(pieces[i]) for i in order) + ")"


def reverse_range(_random, text):
    return f"(-join {quote(text[::-1])}[-1..-{len(text)}])" if text else "''"


def reverse_array(random, text):
    name = f"a{random.randint(1, 999)}"
    return f"$(${name}={quote(text[::-1])}.ToCharArray();[{casing(random, 'array')}]::Reverse(${name});-join ${name})"


def reverse_regex(random, text):
    return f"(-join[regex]::{casing(random, 'Matches')}({quote(text[::-1])},'(?s).','RightToLeft'))"


def replaced(random, text):
    token = "".join(random.choice("ABCDEFGHKLMNP") for _ in range(4)) + "9"
    while token.lower() in text.lower():
        token += random.choice("QXZ")
    where = random.randint(0, len(text))
    noisy = text[:where] + token + text[where:]
    kind = random.randint(0, 3)
    if kind == 0:
        return f"{quote(noisy)}.{casing(random, 'Replace')}({quote(token)},'')"
    if kind == 1:
        return f"({quote(noisy)} -{casing(random, 'replace')} {quote(token)})"
    if kind == 2:
        codes = "+".join(f"[{casing(random, 'char')}]{ord(c)}" for c in token)
        return f"({quote(noisy)} -creplace ({codes}),'')"
    return f"({quote(noisy)} -{casing(random, 'split')} {quote(token)} -{casing(random, 'join')} '')"


def char_casts(random, text):
    return "(" + "+".join(f"[char]{ord(c) if random.random() < 0.5 else hex(ord(c))}" for c in text) + ")" if text else "''"


def char_array(random, text):
    codes = ",".join(str(ord(c)) for c in text)
    return random.choice((f"(-join[char[]]({codes}))", f"([string]::join('',([char[]]({codes}))))", f"(({codes}|%{{[char]$_}})-join'')"))


def offset_codes(random, text):
    by = random.randint(1, 95_000)
    return f"(({','.join(str(ord(c) + by) for c in text)}|ForEach-Object {{[char]($_-{by})}}) -join '')"


def split_codes(random, text):
    mark = random.choice("~_}<>*")
    joined = mark.join(str(ord(c)) for c in text)
    return f"(({quote(joined)} -split {quote(mark if mark != '*' else chr(92) + mark)} | % {{ [char][int]$_ }}) -join '')"


def split_many(random, text):
    marks = "KvLqP"
    joined = "".join(str(ord(c)) + random.choice(marks) for c in text)[:-1]
    return f"(({quote(joined)}.{casing(random, 'split')}({quote(marks)})|%{{([char][int]$_)}})-join'')"


def in_base(base, prefix=""):
    def make(random, text):
        digits = {2: "b", 8: "o", 16: "x"}[base]
        joined = ",".join(format(ord(c), digits) for c in text)
        return f"(-join(({quote(joined)}).Split(',')|%{{[char]([convert]::{casing(random, 'toint16')}(([string]$_),{base}))}}))"

    return make


def bxor(random, text):
    key = random.randint(1, 127)
    codes = ",".join(str(ord(c) ^ key) for c in text)
    return f"(-join(({codes})|%{{[char]($_ -{casing(random, 'bxor')} {hex(key)})}}))"


def base64_unicode(random, text):
    return f"([{casing(random, 'Text.Encoding')}]::Unicode.GetString([Convert]::{casing(random, 'FromBase64String')}({quote(base64.b64encode(text.encode('utf-16-le')).decode())})))"


def base64_ascii(random, text):
    return f"([System.{casing(random, 'Text.Encoding')}]::UTF8.GetString([System.Convert]::FromBase64String({quote(base64.b64encode(text.encode()).decode())})))"


def deflated(random, text):
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()
    return (
        f"(New-Object {casing(random, 'IO.StreamReader')}((New-Object IO.Compression.{casing(random, 'DeflateStream')}([IO.MemoryStream]"
        f"[Convert]::FromBase64String({quote(packed)}),[IO.Compression.CompressionMode]::Decompress)),[Text.Encoding]::ASCII)).ReadToEnd()"
    )


def gzipped(_random, text):
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return (
        f"$($s=New-Object IO.MemoryStream(,[Convert]::FromBase64String({quote(packed)}));"
        "(New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($s,[IO.Compression.CompressionMode]::Decompress))).ReadToEnd())"
    )


def sealed(random, text):
    """What ConvertFrom-SecureString gives, and the key."""
    key = bytes(random.randrange(256) for _ in range(random.choice((16, 24, 32))))
    iv = bytes(random.randrange(256) for _ in range(16))
    data = text.encode("utf-16-le")
    data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    form = f"2|{base64.b64encode(iv).decode()}|{AES.new(key, AES.MODE_CBC, iv).encrypt(data).hex()}"
    return "76492d1116743f0423413b16050a5345" + base64.b64encode(form.encode("utf-16-le")).decode(), key


def secure_string(random, text):
    packed, key = sealed(random, text)
    keys = ",".join(map(str, key))
    if random.random() < 0.5:
        return (
            "([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR("
            f"({quote(packed)}|ConvertTo-SecureString -Key ({keys})))))"
        )
    return (
        "((New-Object Management.Automation.PSCredential ' ',"
        f"({quote(packed)} | ConvertTo-SecureString -Key {keys})).GetNetworkCredential().Password)"
    )


def here_string(_random, text):
    return f"@'\n{text}\n'@" if "\n'@" not in text and text else quote(text)


def variables(random, text):
    pieces = cut(random, text)
    names = [f"v{random.randint(0, 9999)}x{i}" for i in range(len(pieces))]
    return "$(" + ";".join(f"${n}={quote(p)}" for n, p in zip(names, pieces)) + ';"' + "".join(f"${{{n}}}" for n in names) + '")'


TEXTS = {
    function.__name__: function
    for function in (
        concat, reorder, reverse_range, reverse_array, reverse_regex, replaced, char_casts, char_array, offset_codes, split_codes, split_many, bxor,
        base64_unicode, base64_ascii, deflated, gzipped, secure_string, here_string, variables,
    )
} | {"binary": in_base(2), "octal": in_base(8), "hex": in_base(16)}  # fmt: skip


def whitespace_coded(_random, text):
    """Codes as numbers of blanks and tabs between line ends."""
    coded = "\n".join("\t".join(" " * int(digit) for digit in str(ord(c))) for c in text)
    return f"((@'\n{coded}\n'@ -split \"`n\" | %{{ [char][int](-join(($_ -split \"`t\")|%{{$_.Length}})) }}) -join '')"


TEXTS["whitespace_coded"] = whitespace_coded

# ---------------------------------------------------------------- running them

INVOKES = (
    lambda random, e: f"{casing(random, 'iex')} {e}",
    lambda random, e: f"{e} | {casing(random, 'Invoke-Expression')}",
    lambda random, e: f"{ticked(random, 'Invoke-Expression')} ({e})",
    lambda _random, e: f"{e}|.($env:ComSpec[4,24,25]-join'')",
    lambda _random, e: f"& ($PSHOME[21]+$PSHOME[30]+'x') ({e})",
    lambda _random, e: f". ($ShellId[1]+$ShellId[13]+'x') ({e})",
    lambda _random, e: f"&($VerbosePreference.ToString()[1,3]+'x'-join'') ({e})",
    lambda _random, e: f"({e}) | & ((gv '*mdr*').Name[3,11,2]-join'')",
    lambda _random, e: f".((Get-Variable '*mdr*').Name[3,11,2]-join'')({e})",
    lambda _random, e: f"& ([scriptblock]::Create(({e})))",
    lambda _random, e: f"([scriptblock]::Create(({e}))).Invoke()",
    lambda _random, e: f"$ExecutionContext.InvokeCommand.InvokeScript(({e}))",
    lambda _random, e: f"Invoke-Command -ScriptBlock ([scriptblock]::Create(({e})))",
    lambda _random, e: f"sET-iTem variAble:x ({e});.(gcm I*e-E*n) (ls variable:x).value",
    lambda _random, e: f"$c=({e});sal qq iex;qq $c",
    lambda _random, e: f"& (gcm *ke-*pr*) ({e})",
    lambda _random, e: f"({e}) | powershell -noprofile -",
    lambda _random, e: f"powershell -c ({e})",
)


def encoded_command(random, code):
    spelt = random.choice(("-e", "-ec", "-en", "-enc", "-ENCOD", "-EncodedCommand", "/e", "\u2013enc", "-eNCo"))
    before = random.choice(("", "-nop -w hidden ", "-NonI -W Hidden -NoP -Exec Bypass ", "-sta -windowstyle 1 ", "-v 2 -nol "))
    data = base64.b64encode(code.encode("utf-16-le")).decode()
    if random.random() < 0.3:
        data = data.rstrip("=")
    return f"{random.choice(('powershell', 'PowerShell.exe', 'POWERSHELL'))} {before}{spelt} {data}"


# ---------------------------------------------------------------- commands, members, types


def command_name(random, name):
    return random.choice((
        lambda: f"&{concat(random, name)}",
        lambda: f".{reorder(random, name)}",
        lambda: ticked(random, casing(random, name)),
        lambda: f"& (gcm {name[:3]}*{name[-3:]})",
        lambda: f"&{quote(name)}",
    ))()  # fmt: skip


def member(random, name):
    return random.choice((
        lambda: f".{casing(random, name)}",
        lambda: f'."{ticked(random, name)}"',
        lambda: f".{concat(random, name)}",
        lambda: f".({quote(name)})",
    ))()  # fmt: skip


def type_name(random, name):
    return random.choice(
        (lambda: f"[{casing(random, name)}]", lambda: f"([type]{reorder(random, name)})", lambda: f"([Type]{concat(random, name)})")
    )()


def variable_name(random, name):
    return random.choice((lambda: f"${casing(random, name)}", lambda: "${" + ticked(random, name) + "}", lambda: f"${{{name}}}"))()
