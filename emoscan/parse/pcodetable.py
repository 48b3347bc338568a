"""Instructions of VBA's p-code and the names it has numbers for, in the order of their numbers.

Microsoft has documented neither; both were worked out by V. Bontchev (pcodedmp). Numbers are those of 64-bit VBA 7;
`instructions` tells them of every version.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from msgspec import Struct

_INSTRUCTIONS: Final = """
Imp Eqv Xor Or And Eq Ne Le Ge Lt Gt Add Sub Mod IDiv Mul Div Concat Like Pwr Is Not UMi FnAbs FnFix FnInt FnSgn FnLen
FnLenB Paren Sharp LdLHS:n Ld:n MemLd:n DictLd:n IndexLd:w ArgsLd:nw ArgsMemLd:nw ArgsDictLd:nw St:n MemSt:n DictSt:n
IndexSt:w ArgsSt:nw ArgsMemSt:nw ArgsDictSt:nw Set:n MemSet:n DictSet:n IndexSet:w ArgsSet:nw ArgsMemSet:nw ArgsDictSet:nw
MemLdWith:n DictLdWith:n ArgsMemLdWith:nw ArgsDictLdWith:nw MemStWith:n DictStWith:n ArgsMemStWith:nw ArgsDictStWith:nw
MemSetWith:n DictSetWith:n ArgsMemSetWith:nw ArgsDictSetWith:nw ArgsCall:nw ArgsMemCall:nw ArgsMemCallWith:nw ArgsArray:nw
Assert BoS:w BoSImplicit BoL LdAddressOf:n MemAddressOf:n Case CaseTo CaseGt CaseLt CaseGe CaseLe CaseNe CaseEq CaseElse
CaseDone Circle:w Close:w CloseAll Coerce CoerceVar Context:c Debug DefType:ww Dim DimImplicit Do DoEvents DoUntil DoWhile
Else ElseBlock ElseIfBlock ElseIfTypeBlock:i End EndContext EndFunc EndIf EndIfBlock EndImmediate EndProp EndSelect EndSub
EndType EndWith Erase:w Error EventDecl:f RaiseEvent:nw ArgsMemRaiseEvent:nw ArgsMemRaiseEventWith:nw ExitDo ExitFor
ExitFunc ExitProp ExitSub FnCurDir FnDir Empty0 Empty1 FnError FnFormat FnFreeFile FnInStr FnInStr3 FnInStr4 FnInStrB
FnInStrB3 FnInStrB4 FnLBound:w FnMid FnMidB FnStrComp FnStrComp3 FnStringVar FnStringStr FnUBound:w For ForEach ForEachAs:i
ForStep FuncDefn:f FuncDefnSave:f GetRec GoSub:n GoTo:n If IfBlock TypeOf:i IfTypeBlock:i Implements:wwww Input InputDone
InputItem Label:n Let Line:w LineCont:b LineInput LineNum:n LitCy:q LitDate:q LitDefault LitDI2:w LitDI4:d LitDI8:q LitHI2:w
LitHI4:d LitHI8:q LitNothing LitOI2:w LitOI4:d LitOI8:q LitR4:d LitR8:q LitSmallI2 LitStr:s LitVarSpecial Lock Loop LoopUntil
LoopWhile LSet Me MeImplicit MemRedim:nwt MemRedimWith:nwt MemRedimAs:nwt MemRedimAsWith:nwt Mid MidB Name New:i Next NextVar
OnError:n OnGosub:l OnGoto:l Open:w Option OptionBase ParamByVal ParamOmitted ParamNamed:n PrintChan PrintComma PrintEoS
PrintItemComma PrintItemNL PrintItemSemi PrintNL PrintObj PrintSemi PrintSpc PrintTab PrintTabComma PSet:w PutRec QuoteRem:ws
Redim:nwt RedimAs:nwt Reparse:s Rem:s Resume:n Return RSet Scale:w Seek SelectCase SelectIs:i SelectType SetStmt Stack:ww Stop
Type:r Unlock VarDefn:v Wend While With WriteChan ConstFuncExpr LbConst:n LbIf LbElse LbElseIf LbEndIf LbMark EndForVariable
StartForVariable NewRedim StartWithExpr SetOrSt:n EndEnum Illegal
"""
# Operands: n name, w word, d and q four and eight bytes, i an import, f a function, v a variable, r a record, t a type,
# c a context, and with a length before them: s a text, l a list of names, b bytes.

_NAMES: Final = """
<crash> 0 Abs Access AddressOf Alias And Any Append Array As Assert B Base BF Binary Boolean ByRef Byte ByVal Call Case
CBool CByte CCur CDate CDec CDbl CDecl ChDir CInt Circle CLng Close Compare Const CSng CStr CurDir CurDir$ CVar CVDate CVErr
Currency Database Date Date$ Debug Decimal Declare DefBool DefByte DefCur DefDate DefDec DefDbl DefInt DefLng DefObj DefSng
DefStr DefVar Dim Dir Dir$ Do DoEvents Double Each Else ElseIf Empty End EndIf Enum Eqv Erase Error Error$ Event WithEvents
Explicit F False Fix For Format Format$ FreeFile Friend Function Get Global Go GoSub Goto If Imp Implements In Input Input$
InputB InputB InStr InputB$ Int InStrB Is Integer Left LBound LenB Len Lib Let Line Like Load Local Lock Long Loop LSet Me Mid Mid$
MidB MidB$ Mod Module Name New Next Not Nothing Null Object On Open Option Optional Or Output ParamArray Preserve Print
Private Property PSet Public Put RaiseEvent Random Randomize Read ReDim Rem Resume Return RGB RSet Scale Seek Select Set Sgn
Shared Single Spc Static Step Stop StrComp String String$ Sub Tab Text Then To True Type TypeOf UBound Unload Unlock Unknown
Until Variant WEnd While Width With Write Xor #Const #Else #ElseIf #End #If Attribute VB_Base VB_Control VB_Creatable
VB_Customizable VB_Description VB_Exposed VB_Ext_Key VB_HelpID VB_Invoke_Func VB_Invoke_Property VB_Invoke_PropertyPut
VB_Invoke_PropertyPutRef VB_MemberFlags VB_Name VB_PredeclaredId VB_ProcData VB_TemplateDerived VB_VarDescription
VB_VarHelpID VB_VarMemberFlags VB_VarProcData VB_UserMemId VB_VarUserMemId VB_GlobalNameSpace , . " _ ! # & ' ( ) * + - /
: ; < <= <> = =< => > >< >= ? \\ ^ :=
"""

_GAPS: Final = {
    5: ((69, 1), (72, 3), (113, 7), (152, 8), (166, 9), (168, 10), (171, 11)),
    6: ((174, 1), (176, 2), (179, 3)),
}
"""By version: from which number on how many instructions are missing before it, against 64-bit VBA 7."""


class Shape(Struct, frozen=True):
    """An instruction: its name, and a letter for each operand."""

    name: str
    operands: str
    words: int
    """16-bit words it takes, operands included; 0 where each one says itself."""


_WORDS: Final = {"n": 1, "w": 1, "d": 2, "q": 4, "i": 1, "r": 2, "t": 2}


@cache
def instructions(version: int, wide: bool) -> tuple[Shape, ...]:
    """Instructions by their number, in VBA 5, 6 or 7; `wide`: of 64-bit Office."""
    sizes = {**_WORDS, "c": 4 if wide else 2}

    def shape(written: str) -> Shape:
        name, _, operands = written.partition(":")
        return Shape(name, operands, 1 + sum(sizes[letter] for letter in operands) if sizes.keys() >= set(operands) else 0)

    every = list(map(shape, _INSTRUCTIONS.split()))
    gaps = _GAPS[5] if version <= 5 else () if wide else _GAPS[6]
    if not gaps:
        return tuple(every)
    found: list[Shape] = []
    while True:
        number = len(found)
        place = number + next((missing for first, missing in reversed(gaps) if number >= first), 0)
        if place >= len(every):
            return tuple(found)
        found.append(every[place])


@cache
def names() -> tuple[str, ...]:
    """Names every project knows, by their number."""
    return tuple(_NAMES.split())


@cache
def reserved() -> frozenset[str]:
    return frozenset(names())
