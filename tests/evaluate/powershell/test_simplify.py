"""The plain form of a script says what the script says."""

from __future__ import annotations

import pytest
from evaluate.powershell.psrun import run


def plain(text):
    return next((child.data.decode() for child in run(text).children if child.how == "simplified"), None)


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("$x=('a'+'b'+'c')", None),  # nobody reads it, so nothing of it is left
        ("f ('a'+'b'+'c')", "f 'abc'"),
        ('f ("{1}{0}" -f \'ERT\',\'IN\')', "f 'INERT'"),
        ("&('Wri'+'te-Output') 'x'", "Write-Output 'x'"),
        ("wRi`te-oU`Tput 'x'", "Write-Output 'x'"),
        (".('ie'+'x') $y", "Invoke-Expression $y"),
        ('$c."Do`Wn`lo`AdStRing"($u)', "$c.DoWnloAdStRing($u)"),
        ("$c.('Down'+'load').Invoke($u)", "$c.Download.Invoke($u)"),
        ("f ([char]73+[char]0x4E)", "f 'IN'"),
        ("f (-join([char[]](73,78)))", "f 'IN'"),
        ("f ('a~b~c' -split '~')", "f @('a','b','c')"),
        ("&($env:ComSpec[4,24,25]-join'') $x", "Invoke-Expression $x"),
        ("([type]('con'+'vert'))::ToInt32($x)", "[Convert]::ToInt32($x)"),
        ("$k='a'+'b'; f ($k+'c'+'d')", "$k = 'ab'\nf 'abcd'"),
        ("$k='a'+'b'; $k+=1; f ($k+'c'+'d')", "$k = 'ab'\n$k += 1\nf ($k + 'c' + 'd')"),
        ("if($a -eq ('b'+'cd')){f}else{g}", "if ($a -eq 'bcd') {\n    f\n} else {\n    g\n}"),
        ("foreach($i in ('a,b'+',c').Split(',')){try{f $i;break}catch{}}", "foreach ($i in @('a','b','c')) {\n    try {\n        f $i\n        break\n    } catch { }\n}"),
        ("f ('it''s '+'x'+'y')", "f 'it''s xy'"),
        ('f "a $b $($c.d) `$e $(\'x\'+\'yz\')"', 'f "a $b $($c.d) `$e $(\'xyz\')"'),
        ("gci | ? {$_.Name -like ('*.'+'txt')} | % { del $_ }", "Get-ChildItem | Where-Object { $_.Name -like '*.txt' } | ForEach-Object { Remove-Item $_ }"),
    ],
)  # fmt: skip
def test_plain_form(text, simplified):
    found = plain(text)
    assert (found.strip() or None if found else None) == simplified


def test_scripts_that_are_plain_have_no_second_form():
    assert plain("Get-ChildItem C:\\Temp | Remove-Item -Force") is None


def test_the_plain_form_of_a_layer_belongs_to_the_layer():
    out = run("iex ('Write-'+\"Output ('IN'+'ERT')\")")
    assert [child.data.decode().strip() for child in out.children if child.how == "simplified"] == [
        "Invoke-Expression 'Write-Output (''IN''+''ERT'')'",
        "Write-Output 'INERT'",
    ]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("&('New-Ob'+'ject') Net.WebClient", ["New-Object"]),
        ("N`ew-Object Net.WebClient", ["New-Object"]),
        ("$w.('Down'+'loadFile').Invoke(1)", ["DownloadFile"]),
        ('$w."Down`loadFile"(1)', ["DownloadFile"]),
        ("f ([type]('Net.'+'WebClient'))", ["System.Net.WebClient"]),
        ("&(gcm i*e-w*st) -Method Get", ["& (Get-Command i*e-w*st)"]),
        (". ($ShellId[1]+$ShellId[13]+'x') $y", ["Invoke-Expression"]),
        ("echo \"a`n\" ('b'+'c')", []),  # an alias is written in full
        ("$verb='Start'; & \"$verb-Service\" ('b'+'c')", []),  # of whole words
        ("[type]'System.Int32'; $t=\"Int32\"; [type]$t; f ('b'+'c')", []),
        ("& 'C:\\a b\\c.exe' ('b'+'c'); $o.'a-b' | & { $_ }", []),
    ],
)
def test_names_in_disguise(text, hidden):
    assert run(text).values("obfuscation.name") == hidden
