"""Requests: XMLHTTP in its versions, WinHttpRequest, background transfer.

Nothing is fetched. What a server would answer is Unknown("content of <URL>"): saving it anywhere tells which URL goes to
which file. `world.online` says whether requests succeed.
"""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, given, known, text, whole
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display

REQUEST: Final = ObjectClass("XMLHTTP")
SERVER: Final = ObjectClass("ServerXMLHTTP")
WINHTTP: Final = ObjectClass("WinHttpRequest")

UNSENT, OPENED, DONE = 0, 1, 4
SHOWN_BODY: Final = 500
"""Characters of what is sent that an effect shows."""

VERSIONS: Final = ("", "26", "30", "40", "50", "60")


def make(kind: ObjectClass) -> Object:
    return Object(kind, method="GET", url="", state=UNSENT, headers={}, options={}, handler=None)


@com_class(
    "Microsoft.XMLHTTP",
    "MSXML.XMLHTTPRequest",
    "XMLHttpRequest",
    *(f"MSXML{major}.XMLHTTP{version}" for major in ("", "2", "3") for version in VERSIONS),
    "ed8c108e-4349-11d2-91a4-00c04f7969e8",
    "f6d90f16-9c73-11d3-b32e-00c04f990bb4",
    "f5078f1e-c551-11d3-89b9-0000f81fe221",
    "f5078f35-c551-11d3-89b9-0000f81fe221",
    "88d969c5-f192-11d4-a65f-0040963251e5",
    "88d96a0a-f192-11d4-a65f-0040963251e5",
)
def make_request(_machine: Any) -> Object:
    return make(REQUEST)


@com_class(
    "Microsoft.ServerXMLHTTP",
    *(f"MSXML2.ServerXMLHTTP{version}" for version in VERSIONS),
    "afba6b42-5692-48ea-8141-dc517dcf0ef1",
    "afb40ffd-b609-40a3-9828-f88bbe11e4e3",
    "88d969c6-f192-11d4-a65f-0040963251e5",
    "88d96a0b-f192-11d4-a65f-0040963251e5",
)
def make_server(_machine: Any) -> Object:
    return make(SERVER)


@com_class("WinHttp.WinHttpRequest", "2087c2f4-2cef-4953-a8ab-66779b670495")
def make_winhttp(_machine: Any) -> Object:
    return make(WINHTTP)


@REQUEST.method("Open", takes="bstrMethod bstrUrl varAsync bstrUser bstrPassword")
def _open(machine: Any, this: Object, method: Any = MISSING, url: Any = MISSING, *_: Any) -> None:
    this.data.update(method=known(machine, method, "GET").upper(), url=text(machine, url), state=OPENED)


@REQUEST.method("SetRequestHeader", takes="bstrHeader bstrValue")
def _set_header(machine: Any, this: Object, name: Any = MISSING, value: Any = MISSING) -> None:
    machine.grow(64)
    this.data["headers"][known(machine, name).lower()] = known(machine, value)


@REQUEST.method("Send", takes="varBody")
def _send(machine: Any, this: Object, body: Any = MISSING) -> None:
    data = this.data
    if data["state"] == UNSENT:
        raise ScriptError(-2147483638, "The data necessary to complete this operation is not yet available.")
    method = data["method"]
    agent = data["headers"].get("user-agent", "")
    machine.download(
        data["url"], f"{this.cls.name}.Send", method="" if method == "GET" else method, body=_shown(machine, body), agent=agent
    )
    data["state"] = DONE
    if data["handler"] is not None:
        machine.call(data["handler"], ())


def _shown(machine: Any, body: Any) -> str:
    if not given(body) or type(body) is Object:
        return ""
    if machine.items(body) is not None:
        content = machine.bytes_of(body)
        return f"{len(content):,} bytes" if isinstance(content, bytes) else display(content)
    return known(machine, body)[:SHOWN_BODY]


def content(this: Object) -> Unknown:
    """What the server answers."""
    return Unknown(f"content of {display(this.data['url'])}")


def reached(machine: Any, this: Object) -> bool:
    """Whether there is an answer from the address that was asked."""
    return machine.world.online and display(this.data["url"]) not in machine.world.unreachable


@REQUEST.method("Status")
def _status(machine: Any, this: Object) -> int:
    return (200 if reached(machine, this) else 404) if this.data["state"] == DONE else 0


@REQUEST.method("StatusText")
def _status_text(machine: Any, this: Object) -> str:
    return "OK" if reached(machine, this) else "Not Found"


@REQUEST.method("ReadyState")
def _ready_state(_machine: Any, this: Object) -> int:
    return this.data["state"]  # type: ignore[no-any-return]


@REQUEST.method("ResponseText")
def _response_text(machine: Any, this: Object) -> Text:
    return content(this) if reached(machine, this) else ""


@REQUEST.method("ResponseBody", "ResponseStream")
def _response_body(machine: Any, this: Object) -> Any:
    return content(this) if reached(machine, this) else machine.make_array(b"", byte=True)


@REQUEST.method("ResponseXML")
def _response_xml(machine: Any, this: Object) -> Any:
    document = machine.create("Msxml2.DOMDocument")
    document.data["unknown"] = content(this)
    return document


@REQUEST.method("GetResponseHeader", takes="bstrHeader")
def _header(machine: Any, this: Object, name: Any = MISSING) -> Text:
    wanted = known(machine, name).lower()
    return {"content-type": "application/octet-stream", "server": "nginx"}.get(wanted) or Unknown(
        f"header {wanted} of {display(this.data['url'])}"
    )


@REQUEST.method("GetAllResponseHeaders")
def _headers(_machine: Any, _this: Object) -> str:
    return "Server: nginx\r\nContent-Type: application/octet-stream\r\n"


@REQUEST.method("Abort")
def _abort(_machine: Any, this: Object) -> None:
    this.data["state"] = UNSENT


@REQUEST.setter("OnReadyStateChange", "OnTimeOut", "OnLoad")
def _on_state(_machine: Any, this: Object, handler: Any) -> None:
    this.data["handler"] = handler


@REQUEST.method("WaitForResponse", takes="Timeout Succeeded")
def _wait(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@REQUEST.method("SetTimeouts", "SetProxy", "SetProxyCredentials", "SetCredentials", "SetAutoLogonPolicy", "SetClientCertificate")
def _set_up(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@REQUEST.method("Option", "GetOption", takes="Option")
def _option(machine: Any, this: Object, number: Any = MISSING) -> Any:
    return this.data["options"].get(whole(machine, number))


@REQUEST.setter("Option")
def _put_option(machine: Any, this: Object, number: Any, value: Any) -> None:
    machine.grow(64)
    this.data["options"][whole(machine, number)] = value
    if whole(machine, number) == 0:  # WinHttpRequestOption_UserAgentString
        this.data["headers"]["user-agent"] = known(machine, value)


@REQUEST.method("SetOption", takes="Option Value")
def _set_option(machine: Any, this: Object, number: Any = MISSING, value: Any = MISSING) -> None:
    machine.grow(64)
    this.data["options"][whole(machine, number)] = value


REQUEST.field("WithCredentials", initial=False)
REQUEST.field("ResponseType", "")
SERVER.inherit(REQUEST)
WINHTTP.inherit(REQUEST)

# ---------------------------------------------------------------- background transfer

BITS: Final = ObjectClass("BackgroundCopyManager")
JOB: Final = ObjectClass("BackgroundCopyJob")


@com_class("BITS", "Microsoft.BackgroundCopyManager", "4991d34b-80a1-4291-83b6-3328366b9097")
def make_bits(_machine: Any) -> Object:
    return Object(BITS)


@BITS.method("CreateJob", takes="DisplayName Type")
def _create_job(_machine: Any, _this: Object, *_: Any) -> Object:
    return Object(JOB)


@JOB.method("AddFile", takes="RemoteUrl LocalName")
def _add_file(machine: Any, _this: Object, url: Any = MISSING, path: Any = MISSING) -> None:
    machine.download(text(machine, url), "BITS job", text(machine, path))


@JOB.method("Resume", "Suspend", "Complete", "Cancel", "SetNotifyCmdLine")
def _control(machine: Any, _this: Object, command: Any = MISSING, arguments: Any = MISSING) -> None:
    if given(command):
        machine.run(known(machine, arguments) or known(machine, command), "BITS SetNotifyCmdLine")


@JOB.method("GetState", "State")
def _job_state(_machine: Any, _this: Object) -> int:
    return 6  # BG_JOB_STATE_TRANSFERRED
