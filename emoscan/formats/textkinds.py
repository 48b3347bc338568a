"""What kind of text a piece of text is, by signs that are counted: each language has a table of patterns with weights.

A sign counts as often as it stands in the sample, up to a cap, so one word in prose does not make a script of it, and a
long comment does not hide one. The sample is lower case and has its white space folded, so patterns are short and no
flood of blanks makes them slow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from emoscan.parse.lazy import lazy
from emoscan.parse.text import looks_like_text, text_of
from emoscan.registry import Look, sniffs

READ: Final = 1 << 18
"""Bytes at the beginning that are read."""

HEAD: Final = 12_288
TAIL: Final = 4_096
"""Characters of the beginning and of the end that are looked at, block comments of long texts not counted."""

SURE: Final = 25
"""Confidence below which a text is just text."""

PLAIN: Final = 10

SIGNED: Final = 400
"""Weight of a sign that leaves no doubt."""


def confidence(weight: int) -> int:
    """The sum of the signs on the scale of the registry: above 80, ever more weight is needed for one more."""
    return weight if weight <= 80 else min(80 + (weight - 80) // 20, 97)


class Sign(Struct, frozen=True):
    weight: int
    cap: int
    """What the sign is worth at most, however often it stands there."""
    needs: tuple[str, ...]
    """One of these must be in the text for the pattern to be tried: finding a literal costs nothing."""
    pattern: str


_VERBS: Final = (
    "get|set|new|add|remove|start|stop|write|read|out|invoke|import|export|test|select|where|foreach|sort|format|convert|convertto|convertfrom"
    "|enable|disable|register|copy|move|clear|join|split|measure|update|install|wait|send|push|pop|resolve|rename"
)
_MACRO_FUNCTIONS: Final = (
    r"formula|formula\.fill|formula\.array|get\.cell|get\.workspace|get\.window|get\.document|get\.workbook|set\.name|set\.value|error|alert|halt|return"
    r"|register|call|exec|run|goto|while|fopen|fwriteln|app\.maximize|"
    + "|".join(rf"workbook\.\w{{{letters}}}" for letters in range(3, 11))
)


def _ends(words: str, mark: str, not_after: str) -> str:
    """One of the words and the mark behind it, found by the mark."""
    return f"{mark}(?:" + "|".join(rf"(?<=(?<!{not_after}){word}{mark})" for word in words.split("|")) + ")"


_CMDLET: Final = _ends(_VERBS, "-", r"[\w$.-]") + "[a-z]{3,40}"
_COMMAND: Final = "(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32|wscript|cscript|certutil|bitsadmin|msiexec|curl|wmic|schtasks|forfiles|msbuild|regasm|installutil)"
_CMDLET_LINE: Final = f"(?:{_VERBS})-[a-z]{{3,40}}(?: [-$\"'(.\\w]|$)"
_ONE_AFTER_THE_OTHER: Final = (
    rf"\A[\s&]{{0,9}}(?!cmd){_COMMAND}(?:\.exe)? [^\n;\"|&]{{3,600}};\s{{0,9}}(?:{_COMMAND}(?:\.exe)? |{_CMDLET_LINE})"
)
_TYPES: Final = "(?:string|long|integer|object|variant|boolean|double|single|byte|longptr|longlong|currency|date|any|collection|range|worksheet|workbook|document)"

# fmt: off
SIGNS: Final[dict[str, tuple[Sign, ...]]] = {
    "windows.reg": (Sign(SIGNED, SIGNED, ("regedit4", "registry editor"), r"\A\s*(?:windows registry editor version 5\.00|regedit4)$"),),
    "windows.url": (Sign(SIGNED, SIGNED, ("shortcut",), r"^\[(?:internetshortcut|doclinkshortcut)(?:\.w)?\]$"),),
    "windows.slk": (Sign(SIGNED, SIGNED, ("id;p",), r"\Aid;p"),),
    "windows.iqy": (Sign(SIGNED, SIGNED, ("web",), r"\Aweb\n1\n(?:https?:|file:|\[|\\\\)"),),
    "office.word2003xml": (
        Sign(SIGNED, SIGNED, ("word.document",), r"""<\?mso-application\s+progid\s*=\s*["']word\.document["']"""),
        Sign(SIGNED, SIGNED, ("wordml",), r"""\bxmlns(?::\w{1,20})?\s*=\s*["']http://schemas\.microsoft\.com/office/word/2003/wordml["']"""),
    ),
    "office.excel2003xml": (
        Sign(SIGNED, SIGNED, ("excel.sheet",), r"""<\?mso-application\s+progid\s*=\s*["']excel\.sheet["']"""),
        Sign(SIGNED, SIGNED, ("office:spreadsheet",), r"<(?:\w{1,20}:)?workbook\s[^<>]{0,400}urn:schemas-microsoft-com:office:spreadsheet"),
    ),
    "office.flatopc": (
        Sign(SIGNED + 60, SIGNED + 60, ("xmlpackage",), r"""\bxmlns(?::\w{1,20})?\s*=\s*["']http://schemas\.microsoft\.com/office/2006/xmlpackage["']"""),
    ),
    "script.encoded": (Sign(SIGNED, SIGNED, ("#@~^",), r"\A[\s\ufeff]*#@~\^[a-z0-9+/]{6}=="),),
    "script.wsf": (
        Sign(300, 300, ("<job", "<package", "<scriptlet", "<registration"), r"<(?:job|package|scriptlet|registration)\b[^<>]{0,400}>"),
        Sign(4, 4, ("<script",), r"<script\b[^<>]{0,200}\blanguage\b"),
        Sign(-20, -20, ("<html", "<body"), r"<(?:html|body)\b"),
    ),
    "script.hta": (
        Sign(SIGNED, SIGNED, ("<hta:application",), r"<hta:application\b"),
        Sign(-100, -100, (), r"\A(?![^<]*+(?:<(?!script|hta:)[^<]*+)*+<)"),
        Sign(20, 20, ("<script",), r"<script\b"),
        Sign(70, 70, ("activexobject", "createobject", "getobject"), r"\b(?:activexobject|createobject|getobject)\s*\(\s*[\"'\w]"),
        Sign(15, 15, (".resizeto", ".moveto", ".close"), r"\b(?:window|self)\s*\.\s*(?:resizeto|moveto|close)\s*\("),
        Sign(-60, -60, ("$",), r"\$\w{1,60}\s*="),
        Sign(-60, -60, ("var ", "let ", "const ", "function", "try", "//", "/*"), r"\A[\s\ufeff]*(?://|/\*|(?:var|let|const|function)\s|\(function|try\s*\{)"),
        Sign(-30, -30, ("<html", "<body", "<!doctype"), r"<(?:html|body|!doctype)\b"),
    ),
    "text.html": (
        Sign(85, 85, ("<",), r"\A[\s\ufeff]*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--[^>]{0,2000}-->\s*)?"
             r"<(?:!doctype\s+html|html|head|body|title|meta|base|script|style|link|table|div|center|form|iframe|font|p|a|h[1-6]|img|br|span)\b[^<]{0,2000}>"),
        Sign(30, 30, ("<html", "<body"), r"<(?:html|body)\b[^<>]{0,400}>"),
        Sign(4, 44, ("</",), r"</(?:a|p|div|td|tr|table|span|b|i|u|font|center|li|ul|h[1-6]|strong|em|title|head|style)\s*>"),
        Sign(4, 20, ("<br",), r"<br\s*/?>"),
    ),
    "text.xml": (
        Sign(130, 130, ("<?xml",), r"\A[\s\ufeff]*<\?xml\b"),
        Sign(50, 50, ("</",), r"\A[\s\ufeff]*<[a-z_][\w.:-]{0,80}(?:\s[^<>]{0,2000})?>[\s\S]{0,20000}</[a-z_][\w.:-]{0,80}\s*>\s*\Z"),
        Sign(55, 55, ("<svg",), r"\A[\s\ufeff]*<svg\b"),
        Sign(20, 20, ("xsl",), r"\bxmlns(?::\w{1,20})?\s*=\s*[\"']http://www\.w3\.org/1999/xsl/transform"),
    ),
    "office.vba-source": (
        Sign(200, 200, ("attribute vb_",), r"^attribute vb_(?:name|base|globalnamespace|predeclaredid) ?="),
        Sign(80, 80, ("version ",), r"\Aversion \d\.\d{1,2} class$"),
        Sign(25, 50, (" as ",), r"\bas (?:new )?(?:" + _TYPES + r"|\w{2,40}\.\w{2,40})\b"),
        Sign(40, 60, ("declare ",), r"^\s*(?:private |public )?declare (?:ptrsafe )?(?:function|sub) "),
        Sign(70, 70, ("sub ",), r"^\s*(?:private |public )?sub (?:auto_?(?:open|close|exec|new|exit)|(?:document|workbook|worksheet|presentation|application)_\w{2,30})\b"),
        Sign(20, 40, ("active", "this", "selection.", "application.", "debug."),
             r"\b(?:activedocument|activeworkbook|activesheet|thisdocument|thisworkbook|activecell|selection|application|debug)\.\w"),
        Sign(15, 30, ("\n#", "\n #"), r"^\s*#(?:if|else|end if|const)\b"),
        Sign(10, 20, ("next ",), r"^\s*next [a-z]\w*$"),
        Sign(12, 24, ("goto ",), r"\bon error goto [a-z]"),
        Sign(12, 24, (":=",), r"\w:=\S"),
        Sign(12, 24, ("private ", "public ", "friend "), r"^\s*(?:private|public|friend) (?:sub|function|property|const|type|enum) "),
        Sign(6, 18, ("end ",), r"^\s*end (?:sub|function|property|if|select|with|type|enum)\b"),
        Sign(6, 12, ("sub ", "function "), r"^\s*(?:sub|function) \w{1,80}\s*\("),
        Sign(4, 12, ("set ", "dim ", "option "), r"^\s*(?:set \w+\s*=|dim \w|redim |option (?:explicit|base|compare|private))"),
        Sign(-60, -60, ("imports ",), r"^\s*imports [\w.]+$"),
        Sign(-60, -60, ("[cmdletbinding", "param(", "param (", "function "), r"\[cmdletbinding\(|^\s*param\s*\(|^\s*function [\w-]{1,80}\s*\{"),
    ),
    "script.vbs": (
        Sign(30, 60, ("wscript",), r"^[^'\"\n]{0,200}\bwscript\s*\.\s*(?:echo|sleep|arguments|quit|createobject|scriptfullname|scriptname|shell|stdout)\b"),
        Sign(25, 50, ("createobject", "getobject"), r"\b(?:set )?\w{1,80}\s*=\s*(?:wscript\.)?(?:createobject|getobject)\s*\("),
        Sign(15, 30, ("createobject",), r"\bcreateobject\s*\("),
        Sign(SIGNED, SIGNED, ("createobject",), r"\A(?![^\n]{0,4000}\)\s?;$)(?:wscript\.)?createobject\s?\(\s?\"[\w.]{3,60}\"\s?\)\s?\.\w"),
        Sign(15, 30, ("execute",), r"^\s*execute(?:global)?\b[ (]"),
        Sign(20, 20, ("execute",), r"\A\s*execute(?:global)?\b[ (]\s?(?:chrw?|strreverse|replace|join|[a-z]\w{0,40}) ?\("),
        Sign(12, 12, ("on error resume next",), r"^\s*on error resume next$"),
        Sign(12, 12, ("option explicit",), r"^\s*option explicit$"),
        Sign(10, 20, ("dim ",), r"^\s*dim \w{1,80}(?:\s*\(\s*\d*\s*\))?\s*(?:,|:|$)"),
        Sign(10, 30, ("end ",), r"^\s*end (?:sub|function|if|select|with|class)\b"),
        Sign(10, 20, ("sub ", "function ", "class "), r"^\s*(?:sub|function|private sub|private function|public function|class) \w{1,80}"),
        Sign(8, 16, ("chr",), r"\bchrw?\s*\(\s*(?:&h)?[0-9a-f]{1,5}\s*\)\s*&"),
        Sign(8, 16, ("strreverse", "replace", "split", "mid", "bound", "instr", "clng", "asc"), r"\b(?:strreverse|replace|split|mid|ubound|lbound|instr|clng|asc)\s*\([^()\n]{0,200}\)"),
        Sign(6, 12, ("set ", "for ", "next", "loop", "wend", "elseif"), r"^\s*(?:set \w{1,80}\s*=|for (?:each )?\w{1,80}|next$|loop\b|wend\b|elseif\b.{0,200}\bthen)"),
        Sign(8, 16, ("then",), r"^\s*if\b.{1,300}\bthen\b"),
        Sign(10, 20, ("call ",), r"^\s*call \w"),
        Sign(-50, -50, (" as ",), r"\bas (?:new )?" + _TYPES + r"\b"),
        Sign(-60, -60, ("attribute vb_", "sub "), r"^attribute vb_name|^\s*sub (?:auto_?(?:open|close|exec)|(?:document|workbook)_\w{2,30})\b"),
        Sign(-40, -80, ("var ", "let ", "const ", "function", "}"), r"^\s*(?:var|let|const) \w+\s*=|\bfunction\s*\w*\s*\([^()]{0,200}\)\s*\{|^\s*\}\s*;?\s*$"),
        Sign(-40, -40, ("<",), r"^\s*<(?:html|script|head|body|\?xml)\b"),
    ),
    "script.powershell": (
        Sign(12, 48, ("-",), _CMDLET + r"\b"),
        Sign(60, 60, (";",), _ONE_AFTER_THE_OTHER),
        Sign(40, 40, ("-",), r"\A[\s&]{0,9}(?!cmd|powershell|pwsh)" + _COMMAND + r"(?:\.exe)?(?= )[^\n]{0,2000}\n(?:[^\n]{0,2000}\n){0,30}?" + _CMDLET_LINE),
        Sign(15, 15, (" -",), _CMDLET + r" -[a-z]{2,30}(?: |$)"),
        Sign(8, 40, ("$",), r"\$(?<![\w$%]\$)(?:\w{1,20}:)?[a-z_]\w{0,80}\s*(?:[+*/-]?=(?![=>])|\|)"),
        Sign(12, 36, ("]",), r"\[(?:system\.)?[a-z][a-z.]{1,80}(?:\[\])?\]\s*(?:::|\$|\()"),
        Sign(10, 30, ("-",), r"-(?<=[\s)\]'\"\w]-)(?:eq|ne|gt|lt|ge|le|like|notlike|match|notmatch|contains|replace|creplace|join|split|bxor|band|and|or|not|as|is|isnot|f)(?=[\s('\"$\[])"),
        Sign(25, 25, ("-join",), r"(?:\A|[\s(])-join\s*\("),
        Sign(10, 60, ("${",), r"\$\{[^\w\s{}]{1,20}\}"),
        Sign(25, 25, ("invokecommand.",), r"\.invokecommand\."),
        Sign(15, 15, ("|",), r"\|\s*&\s*[$('\"]|\|\s*(?:iex|invoke-expression)\s*$"),
        Sign(20, 20, ("[cmdletbinding",), r"^\s*\[cmdletbinding\("),
        Sign(12, 12, ("param",), r"^\s*param\s*\(\s*(?:\[|\$|$)"),
        Sign(12, 24, ("function ", "filter "), r"^\s*(?:function|filter) (?:\w{1,20}:)?[a-z]\w{0,40}(?:-\w{1,60})?\s*(?:\([^()\n]{0,300}\)\s*)?\{?\s*$"),
        Sign(12, 24, ("{",), r"^\s*(?:process|begin|end|try|finally|else)\s*\{\s*$"),
        Sign(6, 12, ("|",), r"\|\s*(?:%|\?|foreach|where|out-null|iex|select|sort)(?=[\s{(]|$)"),
        Sign(20, 20, ("<#",), r"<#[\s\S]{0,4000}?\.(?:synopsis|description|example)\b"),
        Sign(30, 30, ("iex", "invoke-expression"), r"\b(?:iex|invoke-expression)\b\s*(?:\(|\$|')"),
        Sign(15, 30, ("$",), r"\$(?:env:\w{2,20}|_\.\w|_\b|pshome\b|null\b|true\b|false\b|args\b|psscriptroot\b|erroractionpreference\b|pscmdlet\b)"),
        Sign(15, 15, ("new-object",), r"(?<!\w)\(\s*new-object\s"),
        Sign(20, 20, ("add-type",), r"\badd-type\s+-(?:typedefinition|memberdefinition|assembly|path|namespace)"),
        Sign(20, 40, ("new", ".", "&"), r"n(?<![\w.]n)ew`?-`?ob`?ject|\.(?<![\w.]\.)\s*\(\s*['\"]\{\d\}|&(?<![\w.]&)\s*\(\s*(?:['\"]|\$|\()"),
        Sign(25, 25, ("-f",), r"""["']\s*-f\s*["']"""),
        Sign(20, 20, ("foreach",), r"\bforeach\s*\(\s*\$\w{1,80} in\b"),
        Sign(30, 30, ("verbosepreference", "pshome", "shellid"), r"(?:verbosepreference|\bpshome\b|\bshellid\b)[^\n]{0,40}\[\s*\d"),
        Sign(25, 25, ("char",), r"\[\s*char\s*\]\s*(?:0x)?\d"),
        Sign(30, 30, ("::",), r"\[\s*(?:convert|environment|runtime\.interopservices\.marshal|text\.encoding|scriptblock|system\.[a-z.]{3,60})\s*\]\s*::"),
        Sign(15, 15, ("sal ", "set-alias "), r"^\s*(?:sal|set-alias) \w+\s"),
        Sign(-60, -60, ("echo off",), r"^\s*@\s*echo off"),
        Sign(-60, -60, ("<",), r"\A[\s\ufeff]*<(?:\?xml|html|!doctype|script|head|body)\b"),
        Sign(-40, -40, ("<?php", "#!", "my ", "use "), r"(?:\A\s*<\?php|^\s*#!\s*/\S{0,40}\b(?:perl|bash|sh|php|python)\b|^\s*(?:my|use) [\$\w:]+)"),
    ),
    "script.cmd": (
        # programs are started by lines of PowerShell too, one after the other
        Sign(-60, -60, (";",), _ONE_AFTER_THE_OTHER),
        Sign(-60, -60, ("-",), r"\A(?!\W{0,9}(?:cmd|powershell|pwsh)\b)[^\n]{0,2000}\n(?:[^\n]{0,2000}\n){0,30}?" + _CMDLET_LINE),
        Sign(70, 70, ("echo off",), r"^\s*@\s*echo off\b"),
        Sign(20, 60, ("@@",), r"^@@(?:\w|::)"),  # two of them keep lines of a batch file out of the PowerShell it holds
        Sign(60, 60, ("echo off",), r"\A[\s\ufeff@]{1,20}echo off\b"),  # whatever the lines below are: they are written to files
        # a command line: a program of Windows, with its path or without, and an argument
        Sign(75, 75, (), r"""\A[\s@("']{0,20}(?:[a-z]:\\[^"<>|\n]{0,300}\\|%\w{1,30}%\\?[^"<>|\s]{0,200})?""" + _COMMAND + r"""(?:\.exe)?["']{0,2}(?=[\s,;/]|$)"""),
        # cmd with a switch: what follows may be PowerShell in quotes
        Sign(50, 50, ("cmd",), r"""\A[\s@("']{0,20}(?:[a-z]:\\[^"<>|\n]{0,300}\\|%\w{1,30}%\\?)?cmd(?:\.exe)?["']{0,2}\s{0,9}/\s?[a-z][\s:/"]"""),
        Sign(12, 36, ("set ",), r"^\s*@?set (?:/[ap] )?\"?[\w!%~^.-]{1,80}=(?![=\s])"),
        Sign(10, 30, ("rem ", "::"), r"^\s*(?:rem |::|@rem )"),
        Sign(15, 30, (":",), r"^\s*:[a-z_]\w{0,60}$"),
        Sign(15, 30, ("goto",), r"\bgoto\s*:?\w{1,60}\s*(?:$|\))"),
        Sign(15, 30, ("if ",), r"\bif (?:not )?(?:exist|errorlevel|defined) "),
        Sign(20, 40, ("%", "!"), r"%(?:~[dpnxfs]{0,6}\d|\w{1,30}:~-?\d)|!\w{1,30}:~-?\d|%%~?[a-z]\b"),
        Sign(5, 20, ("%",), r"%(?:temp|tmp|appdata|localappdata|programdata|public|userprofile|windir|systemroot|comspec|username|cd|programfiles)%"),
        Sign(15, 45, (), r"^\s*@?(?:start (?:/\w+|\"\")|del /|xcopy |copy /?\S+ |move /?\S+ |ping -n|timeout /t|taskkill /|reg (?:add|query|delete) "
             r"|attrib [+-]|net (?:use|stop|start|user)\b|sc (?:config|stop|start|create)\b|pushd |popd$|call :?\w|exit /b|setlocal\b|endlocal\b|cls$|pause$)"),
        Sign(20, 20, ("for ",), r"\bfor (?:/[fldr] )?[^\n]{0,100}%%?[a-z] in\s*\("),
        Sign(15, 15, ("echo ",), r"\becho [^\n]{0,400}>>?\s*[\"\w%]"),
        Sign(-40, -80, ("var ", "function ", "import ", "using ", ");", "$", "sub "), r"^\s*(?:var \w|function \w|import \w|using \w)|\);\s*$|^\s*\$\w+\s*=|\bsub \w+\s*\("),
    ),
    "script.js": (
        Sign(15, 45, ("function",), r"\bfunction\s*[\w$]{0,80}\s*\([^()]{0,300}\)\s*\{"),
        Sign(10, 30, ("var ", "let ", "const "), r"(?:^|[;{}(\s])(?:var|let|const) [\w$]{1,80}\s*(?:=|;|,| in\b| of\b)"),
        Sign(40, 60, ("activexobject",), r"\bnew activexobject\s*\("),
        Sign(20, 40, ("wscript",), r"\bwscript\s*(?:\.\s*(?:createobject|arguments|echo|sleep|quit|scriptfullname)|\[)"),
        Sign(SIGNED, SIGNED, ("createobject",), r"\Awscript\.createobject\s?\(\s?[\"'][\w.]{3,60}[\"']\s?\)\s?\.\w[^\n]{0,4000}\)\s?;$"),
        Sign(10, 20, ("eval", "unescape", "decodeuricomponent", "parseint", "settimeout"), r"\b(?:eval|unescape|decodeuricomponent|parseint|settimeout)\s*\("),
        Sign(15, 30, (".",), r"\bstring\s*\.\s*fromcharcode\b|\.(?:charcodeat|charat|indexof|split|join|push|substr|tostring)\s*\("),
        Sign(10, 20, ("==", "=>", "typeof "), r"===|!==|=>\s*[{(\w]|\btypeof "),
        Sign(10, 30, ("}", "try"), r"\}\s*(?:catch\s*\(|else\s*\{|else if\s*\(|;)|\btry\s*\{"),
        Sign(8, 16, (";",), r";\s*$"),
        Sign(10, 10, ("return ",), r"\breturn [^;\n]{0,200};"),
        Sign(10, 20, ("document", "window", "console", "json", "math"), r"(?:\bdocument|\bwindow|\bconsole|\bjson|\bmath)\s*\.\s*\w"),
        Sign(6, 12, ("//", "/*"), r"^\s*(?://|/\*)"),
        Sign(15, 15, ("@",), r"/\*@cc_on|@if\s*\(@_"),
        # jjencode, aaencode, JSFuck: nothing else begins so
        Sign(90, 90, ("~[]",), r"\A[\s;]*[\w$]{1,40}\s?=\s?~\[\];"),
        Sign(90, 90, ("\uff9f\u03c9\uff9f",), r"\A[\s;]*\uff9f\u03c9\uff9f\uff89\s?="),
        Sign(90, 90, ("[]",), r"\A(?=[^\[]{0,60}\[)[\[\]()!+\s;]{120}"),
        Sign(-70, -70, ("<",), r"\A[\s\ufeff]*<"),
        Sign(-30, -60, ("using ", "#include", "import java", "public ", "namespace ", "package ", "def ", "add-type"),
             r"^\s*(?:using [\w.]+;|#include\b|import java|public (?:class|static)|namespace \w|package \w|def \w+\(|add-type\b)"),
        Sign(-20, -60, (), r"\$\w{1,60}\s*=|\bparam\s*\(|-(?<!\w-)(?:eq|ne|not|and|or|bxor|join|replace)\b|\[[a-z]\w{2,40}(?:\.\w{1,40}){0,6}\]"),
    ),
    "script.xlm": (
        Sign(15, 75, ("(",), _ends(_MACRO_FUNCTIONS, r"\(", r"[\w.]") + r"(?=[^\n]{0,300}[\d)])(?!\))"),
        Sign(20, 40, ("(",), _ends(r"get\.cell|get\.workspace|formula\.fill|set\.value|app\.maximize|workbook\.hide", r"\(", r"[\w.]")),
        Sign(-80, -80, ("sub ", "function ", "var ", "=> ", ");\n"), r"\b(?:sub|function|var) \w|\);$"),
    ),
    "text.csv": (
        Sign(60, 60, ("=", "+", "-", "@"), r"""\A\s*["']?[=+@-]\s*(?:cmd|powershell|mshta|rundll32|msexcel|dde)\b[^\n]{0,2000}[|(]"""),
        Sign(60, 60, ("|'", "|\t'", "| '"), r"""(?:^|[,;\t"])[ "']{0,3}[=+@\uff0b\uff0d\uff1d\uff20-][^\n|]{0,80}\|\s{0,3}'[^'\n]{1,2000}'\s{0,3}!"""),
        Sign(40, 60, ("=webservice(", "=hyperlink(", "=import"), r"""(?:^|[,;\t"])[ "']{0,3}=(?:webservice|hyperlink|import(?:xml|data|html|feed))\("""),
    ),
}
# fmt: on

NAMED: Final = {
    "bat": "script.cmd", "cmd": "script.cmd", "ps1": "script.powershell", "psm1": "script.powershell", "psd1": "script.powershell",
    "vbs": "script.vbs", "js": "script.js", "jse": "script.encoded", "vbe": "script.encoded", "hta": "script.hta", "wsf": "script.wsf", "sct": "script.wsf",
    "bas": "office.vba-source", "cls": "office.vba-source", "frm": "office.vba-source", "htm": "text.html", "html": "text.html", "shtml": "text.html",
    "xml": "text.xml", "svg": "text.xml", "csv": "text.csv", "url": "windows.url", "website": "windows.url", "reg": "windows.reg",
    "iqy": "windows.iqy", "slk": "windows.slk",
}  # fmt: skip
"""Kinds that the extension of a name speaks for, when the signs leave it open."""

BY_NAME: Final = {
    "script.cmd": ("text.plain",), "script.powershell": ("text.plain",), "script.vbs": ("text.plain",), "script.js": ("text.plain",), "script.wsf": ("text.plain", "text.xml", "text.html"),
    "script.hta": ("text.plain", "text.html"),
}  # fmt: skip
"""What Windows runs it runs by the name: text without any sign of its own is what it is called, and a page called .hta is an application."""

RUN_BY_NAME: Final = ("script.cmd", "script.powershell", "script.vbs", "script.js")
"""Kinds that quote each other: what Windows runs such a file with is decided by its name."""

DOUBTFUL: Final = 60
"""What the signs of one of those may come to in a file that is called another: what it would start stands in it as text."""

OF_EITHER: Final = 80
"""What a command line may score that PowerShell would take just so."""

TIE: Final = 6
"""What a name adds: it settles which of two about equally likely kinds it is, no more."""

# A mail is told by others; here it only must not be taken for the script it quotes.
_MAIL: Final = lazy(
    r"\A(?:from [^\n]*+\n)?(?:[a-z][a-z0-9-]{1,40}:[^\n]*+\n(?:[ \t][^\n]*+\n)*+){0,40}?"
    r"(?:received|return-path|from|to|subject|date|message-id|mime-version|delivered-to|content-type):[^\n]*+\n(?:[ \t][^\n]*+\n)*+[a-z][a-z0-9-]{1,40}:",
    re.IGNORECASE,
)
_BLANKS: Final = lazy(r"  ++")

Place = Literal["start", "line", ""]
"""Where a sign stands: at the beginning of the text, of a line (its pattern begins with the end of the one before), anywhere."""
Compiled = tuple[int, int, tuple[str, ...], Place, re.Pattern[str]]
"""Weight, cap, needs, place, pattern."""

_WORD_BEGINS: Final = re.compile(r"\\b([a-z])(?![*+?{])")


@lru_cache(maxsize=1)
def _compiled() -> dict[str, tuple[Compiled, ...]]:
    """The signs, so written that the search runs for a character: where a pattern begins with a condition, every place is tried."""

    def compiled(sign: Sign) -> Compiled:
        pattern = _WORD_BEGINS.sub(r"\1(?<!\\w\1)", sign.pattern)
        place: Place = "start" if pattern.startswith(r"\A") else "line" if pattern.startswith("^") and not _alternates(pattern) else ""
        return sign.weight, sign.cap, sign.needs, place, lazy("\n" + pattern[1:] if place == "line" else pattern, re.MULTILINE)

    return {kind: tuple(map(compiled, signs)) for kind, signs in SIGNS.items()}


def _alternates(pattern: str) -> bool:
    """Whether it is a choice of patterns, outside of all brackets."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", pattern)
    while "(" in plain:
        plain = re.sub(r"\([^()]*\)", "", plain)
    return "|" in plain


def sample_of(data: bytes) -> str:
    """The parts of a text that tell what it is, in lower case and with white space folded; "" when the bytes are none."""
    if not looks_like_text(data):
        return ""
    head = data[:READ]
    if len(data) > READ:  # leave no half character at the end
        while len(head) > READ - 4 and head[-1] >= 0x80:
            head = head[:-1]
    text = text_of(head).strip("\0")
    if _MAIL.match(text):
        return MAIL
    if len(text) > HEAD + TAIL:
        text = _folded(_without_block_comments(text))
        text = text[:HEAD] + "\n" + text[max(HEAD, len(text) - TAIL) :]
    else:
        text = _folded(text)
    return text.lower()


def _folded(text: str) -> str:
    """With runs of blanks made one, lines without those around them, and no empty lines."""
    for blank in "\t\f\v\xa0":
        text = text.replace(blank, " ")
    text = _BLANKS.sub(" ", text) if "  " in text else text
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


MAIL: Final = "a mail\n"


def _without_block_comments(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        pieces.append(text[at:start])
        at = end + 2
    pieces.append(text[at:])
    return " ".join(pieces)


def scores(look: Look) -> dict[str, int]:
    """Confidence, 0 to 100, of each kind of text; empty when it is no text. Worked out once for a piece of content."""
    known: dict[str, int] | None = look.memo.get("text")
    if known is None:
        known = look.memo["text"] = _scores(sample_of(look.data), look.name)
    return known


def _scores(sample: str, name: str) -> dict[str, int]:
    if not sample.strip("\0 \t\n\ufeff"):
        return {}
    if sample == MAIL:
        return {"text.plain": PLAIN}
    found = {"text.plain": PLAIN, "text.csv": _table(sample)}
    holds = sample.__contains__
    lines = "\n" + sample
    for kind, signs in _compiled().items():
        score = found.get(kind, 0)
        for weight, cap, needs, place, pattern in signs:
            if needs and not any(map(holds, needs)):
                continue
            if place == "start":
                score += weight if pattern.match(sample) else 0
                continue
            worth = 0
            for _ in pattern.finditer(lines if place == "line" else sample):
                worth += weight
                if abs(worth) >= abs(cap):
                    worth = cap
                    break
            score += worth
        found[kind] = score
    meant = NAMED.get(name.rsplit(".", 1)[-1].lower(), "")
    if meant in found:
        found[meant] += TIE
    if meant == "script.powershell" and found[meant] < found["script.cmd"] <= OF_EITHER:
        found[meant], found["script.cmd"] = found["script.cmd"], found[meant]  # programs are started the same way
    sure = {kind: confidence(score) for kind, score in found.items() if score >= SURE} or {"text.plain": PLAIN}
    best = max(sure, key=sure.__getitem__)
    if meant in BY_NAME and best in BY_NAME[meant]:
        sure[meant] = sure[best] + 1
    elif meant in RUN_BY_NAME and best in RUN_BY_NAME and (found[best] <= DOUBTFUL or 2 * found[meant] >= found[best]):
        sure[meant] = max(sure[best] + 1, sure.get(meant, 0))
    return sure


def _table(sample: str) -> int:
    """Lines with one and the same number of separators each."""
    lines = sample.splitlines()[:20]
    if len(lines) < 3 or any(mark in sample[:4096] for mark in "{}$"):
        return 0
    for separator in ",;\t|":
        counts = {line.count(separator) for line in lines[:-1]}
        if len(counts) == 1 and counts != {0}:
            return SURE + 5
    return 0


for _kind in (*SIGNS, "text.plain"):

    def _test(look: Look, kind: str = _kind) -> int:
        return scores(look).get(kind, 0)

    sniffs(_kind, text=True)(_test)
