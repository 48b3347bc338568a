"""The syntax tree of VBA and VBScript.

Names are in lower case. Types of variables are lower-case names too ("long", "string", "scripting.dictionary"); ""
stands for Variant by default.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class Node(Struct, gc=False):
    pass


# ---------------------------------------------------------------- expressions


class Lit(Node):
    """A literal. `type`: integer long longlong single double currency string boolean date empty null nothing."""

    value: Any
    type: str


class Name(Node):
    name: str
    suffix: str = ""


class Member(Node):
    """`object.name`; the object of the innermost With when `object` is None."""

    object: Expr | None
    name: str


class Bang(Node):
    """`object!name`: the default member called with the name as text."""

    object: Expr | None
    name: str


class Call(Node):
    """`function(args)`: a call or an index, which only the names' meaning can tell. None: an argument left out."""

    function: Expr
    args: list[Expr | None]
    named: list[tuple[str, Expr]]


class Unary(Node):
    op: str
    operand: Expr


class Binary(Node):
    op: str
    left: Expr
    right: Expr


class New(Node):
    type: str


class TypeOf(Node):
    operand: Expr
    type: str


class AddressOf(Node):
    name: str


class Evaluate(Node):
    """`[A1]`: what the host makes of the text."""

    text: str


class ByVal(Node):
    """`ByVal x` as an argument, or `(x)` where it stands for one: not passed by reference."""

    operand: Expr


Expr = Lit | Name | Member | Bang | Call | Unary | Binary | New | TypeOf | AddressOf | Evaluate | ByVal


# ---------------------------------------------------------------- statements


class Stmt(Struct, gc=False):
    line: int


class Bad(Stmt):
    """A statement nobody can read."""

    text: str
    why: str


class Assign(Stmt):
    target: Expr
    value: Expr
    set: bool = False


class MidAssign(Stmt):
    """`Mid(target, start[, length]) = value`."""

    target: Expr
    start: Expr
    length: Expr | None
    value: Expr


class Invoke(Stmt):
    """A call as a statement."""

    call: Expr


class Declarator(Node):
    name: str
    type: str = ""
    bounds: list[tuple[Expr | None, Expr]] | None = None
    """None: no array. Empty: a dynamic one. (lower, upper) per dimension."""
    new: bool = False
    length: Expr | None = None
    """Of `String * n`."""


class Dim(Stmt):
    variables: list[Declarator]
    static: bool = False
    public: bool = False
    with_events: bool = False


class Const(Stmt):
    name: str
    value: Expr
    type: str = ""
    public: bool = False


class ReDim(Stmt):
    preserve: bool
    target: Expr
    bounds: list[tuple[Expr | None, Expr]]
    type: str = ""


class Erase(Stmt):
    targets: list[Expr]


class If(Stmt):
    branches: list[tuple[Expr, list[Statement]]]
    otherwise: list[Statement]


class Case(Node):
    """One test of a Case line: ("=", value, None), ("to", low, high), or (comparison, value, None)."""

    op: str
    value: Expr
    upper: Expr | None = None


class Select(Stmt):
    subject: Expr
    cases: list[tuple[list[Case], list[Statement]]]
    otherwise: list[Statement]


class For(Stmt):
    variable: Expr
    start: Expr
    end: Expr
    step: Expr | None
    body: list[Statement]


class ForEach(Stmt):
    variable: Expr
    group: Expr
    body: list[Statement]


class Do(Stmt):
    """While…Wend and Do…Loop. `test` stands before or after the body, or nowhere."""

    test: Expr | None
    until: bool
    after: bool
    body: list[Statement]


class With(Stmt):
    object: Expr
    body: list[Statement]


class Label(Stmt):
    name: str


class GoTo(Stmt):
    label: str
    sub: bool = False


class OnJump(Stmt):
    """`On expression GoTo label, …` or `GoSub`."""

    selector: Expr
    labels: list[str]
    sub: bool


class Return(Stmt):
    pass


class OnError(Stmt):
    """`label`: where to; "0" switches handling off; "next" means Resume Next."""

    label: str


class Resume(Stmt):
    """`label`: "" the failed statement again, "next", or a label."""

    label: str


class Exit(Stmt):
    what: Literal["sub", "function", "property", "for", "do"]


class End(Stmt):
    pass


class FileStatement(Stmt):
    """Open, Close, Print #, Write #, Input #, Line Input #, Get, Put, Seek, Lock, Unlock, Width, Name … As, Reset.

    `args` by the order of the statement's grammar; None where a part was left out.
    """

    what: str
    args: list[Expr | None]
    words: list[str]
    """Mode and access words of Open; separators of Print."""


class RaiseEvent(Stmt):
    name: str
    args: list[Expr | None]


class Nothing(Stmt):
    """A statement without effect here: Debug.Assert, Stop, Option, DefInt."""

    text: str


Statement = (
    Bad
    | Assign
    | MidAssign
    | Invoke
    | Dim
    | Const
    | ReDim
    | Erase
    | If
    | Select
    | For
    | ForEach
    | Do
    | With
    | Label
    | GoTo
    | OnJump
    | Return
    | OnError
    | Resume
    | Exit
    | End
    | FileStatement
    | RaiseEvent
    | Nothing
)


# ---------------------------------------------------------------- modules


class Parameter(Node):
    name: str
    type: str = ""
    by_ref: bool = True
    optional: bool = False
    default: Expr | None = None
    rest: bool = False
    """ParamArray."""
    array: bool = False


class Procedure(Struct):
    name: str
    kind: Literal["sub", "function", "get", "let", "set"]
    parameters: list[Parameter]
    type: str
    body: list[Statement]
    line: int
    end_line: int
    static: bool = False
    public: bool = True
    default: bool = False
    """Marked as the class's default member."""


class Declare(Struct):
    """A procedure of a DLL."""

    name: str
    library: str
    alias: str
    function: bool
    parameters: list[Parameter]
    type: str
    line: int


class UserType(Struct):
    name: str
    fields: list[Declarator]


class Enum(Struct):
    name: str
    members: list[tuple[str, Expr | None]]


class ClassBlock(Struct):
    """`Class … End Class` of VBScript."""

    name: str
    module: Module


class Module(Struct):
    name: str = ""
    procedures: list[Procedure] = []
    statements: list[Statement] = []
    """At module level: declarations; in VBScript also the code itself."""
    declares: list[Declare] = []
    types: list[UserType] = []
    enums: list[Enum] = []
    classes: list[ClassBlock] = []
    attributes: dict[str, str] = {}
    controls: list[str] = []
    """Names of `Attribute VB_Control` lines, in lower case."""
    events: list[str] = []
    implements: list[str] = []
    option_base: int = 0
    option_compare_text: bool = False
    option_private: bool = False
    def_types: dict[str, str] = {}
    """Type by first letter, from DefInt and its kin."""
    errors: list[Bad] = []
    spellings: dict[str, str] = {}
