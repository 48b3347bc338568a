"""urlmon, wininet and winhttp: downloads."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com.api import Call, api
from emoscan.evaluate.com.common import Text, join
from emoscan.evaluate.com.shell32 import start
from emoscan.evaluate.core.values import Unknown, display

FAILED: Final = 0x800C0005 - (1 << 32)
"""INET_E_RESOURCE_NOT_FOUND."""

PORTS: Final = {80: "http", 443: "https", 21: "ftp"}


@api("URLDownloadToFile", "caller url file reserved callback")
def download_to_file(call: Call) -> int:
    call.machine.download(call.text("url"), call.name, call.text("file"))
    return 0 if call.machine.world.online else FAILED


@api("DownloadFile", "url file flags")
def inseng_download(call: Call) -> int:
    """Of inseng.dll, which installed Internet Explorer."""
    call.machine.download(call.text("url"), call.name, call.text("file"))
    return 0 if call.machine.world.online else FAILED


@api("URLDownloadToCacheFile", "caller url buffer size reserved callback")
def download_to_cache(call: Call) -> int:
    folder = rf"{call.machine.world.profile.home}\AppData\Local\Microsoft\Windows\INetCache\IE\7Q2M1KDA"
    name = call.known("url").rpartition("/")[2].partition("?")[0] or "index"
    path = rf"{folder}\{name}"
    call.machine.download(call.text("url"), call.name, path)
    call.out_text("buffer", path)
    return 0 if call.machine.world.online else FAILED


@api("URLOpenBlockingStream URLOpenStream URLOpenPullStream", "caller url stream reserved callback")
def open_stream(call: Call) -> int:
    call.machine.download(call.text("url"), call.name)
    return 0


@api("ObtainUserAgentString", "option buffer size")
def user_agent(call: Call) -> int:
    call.out_text("buffer", "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko")
    return 0


@api("HlinkSimpleNavigateToString", "target location frame unknown callback context flags reserved")
@api("HlinkNavigateString", "unknown target")
def navigate(call: Call) -> int:
    start(call.machine, call.text("target"), "", call.name)
    return 0


# ---------------------------------------------------------------- wininet, winhttp

_HANDLE: Final = "request"


def session(call: Call, url: Text = "", *, sent: bool = False) -> int:
    return call.handle({"kind": _HANDLE, "url": url, "sent": sent, "read": False})


def _request(call: Call, name: str) -> dict[str, Any] | None:
    found = call.meaning(name)
    return found if isinstance(found, dict) and found.get("kind") == _HANDLE else None


def _fetch(call: Call, request: dict[str, Any] | None, method: str = "") -> None:
    if request is not None and not request["sent"]:
        request["sent"] = True
        call.machine.download(request["url"], call.name, method="" if method.upper() == "GET" else method)


@api("InternetOpen WinHttpOpen", "agent access proxy bypass flags")
def internet_open(call: Call) -> int:
    return session(call)


@api("InternetOpenUrl", "internet url headers length flags context")
def open_url(call: Call) -> int:
    call.machine.download(call.text("url"), call.name)
    return session(call, call.text("url"), sent=True) if call.machine.world.online else 0


@api("InternetConnect", "internet server port user password service flags context")
@api("WinHttpConnect", "internet server port reserved")
def connect(call: Call) -> int:
    port = call.number("port")
    scheme = PORTS.get(port, "http")
    return session(call, join(f"{scheme}://", call.text("server"), "" if port in PORTS or not port else f":{port}"))


@api("HttpOpenRequest", "connection verb path version referrer accept flags context")
@api("WinHttpOpenRequest", "connection verb path version referrer accept flags")
def open_request(call: Call) -> int:
    server = _request(call, "connection")
    path = call.text("path")
    slash = "" if display(path).startswith("/") else "/"
    handle = session(call, join(server["url"] if server is not None else "", slash, path))
    call.machine.windows[handle]["verb"] = call.known("verb") or "GET"
    return handle


@api("HttpSendRequest", "request headers length optional optional_length")
@api("HttpSendRequestEx", "request in out flags context")
@api("WinHttpSendRequest", "request headers length optional optional_length total context")
def send_request(call: Call) -> int:
    request = _request(call, "request")
    _fetch(call, request, str(request.get("verb", "")) if request is not None else "")
    return int(call.machine.world.online)


@api("WinHttpReceiveResponse HttpEndRequest HttpAddRequestHeaders WinHttpAddRequestHeaders InternetSetOption WinHttpSetOption", "request")
@api("WinHttpSetTimeouts WinHttpSetCredentials InternetQueryOption WinHttpCloseHandle InternetCloseHandle", "request")
def succeed(_call: Call) -> int:
    return 1


@api("InternetReadFile WinHttpReadData", "request buffer size read")
def read_file(call: Call) -> int:
    """The answer comes in one piece, unknown; then there is no more."""
    request = _request(call, "request")
    if request is None or request["read"]:
        call.out("read", 0)
        return 1
    request["read"] = True
    content = Unknown(f"content of {display(request['url'])}")
    pointer = call.pointer("buffer")
    if type(pointer) is int:
        call.write(pointer, content)
    elif hasattr(pointer, "__setitem__"):
        pointer[0] = content
    call.out("read", max(1, call.number("size")))
    return 1


@api("InternetQueryDataAvailable WinHttpQueryDataAvailable", "request size")
def data_available(call: Call) -> int:
    request = _request(call, "request")
    call.out("size", 0 if request is None or request["read"] else 8_192)
    return 1


@api("HttpQueryInfo", "request level buffer size index")
@api("WinHttpQueryHeaders", "request level name buffer size index")
def query_headers(call: Call) -> int:
    if call.number("level") & 0xFFFF == 19:  # HTTP_QUERY_STATUS_CODE
        if call.number("level") & 0x20000000:
            call.out("buffer", 200 if call.machine.world.online else 404)
        else:
            call.out_text("buffer", "200" if call.machine.world.online else "404")
    return 1


@api("InternetGetConnectedState InternetGetConnectedStateEx", "flags reserved")
def connected(call: Call) -> int:
    call.out("flags", 0x12)
    call.machine.query(call.name, 1)
    return 1


@api("InternetCheckConnection", "url flags reserved")
def check_connection(call: Call) -> int:
    call.machine.query(f"connection to {call.known('url')}", 1)
    return 1


@api("InternetAttemptConnect InternetGoOnline IsNetworkAlive InternetAutodial")
def attempt(_call: Call) -> int:
    return 0


@api("FtpGetFile", "connection remote file fail attributes flags context")
def ftp_get(call: Call) -> int:
    server = _request(call, "connection")
    call.machine.download(join(server["url"] if server is not None else "", "/", call.text("remote")), call.name, call.text("file"))
    return 1


@api("FtpPutFile", "connection file remote flags context")
def ftp_put(call: Call) -> int:
    server = _request(call, "connection")
    address = join(server["url"] if server is not None else "", "/", call.text("remote"))
    call.machine.download(address, call.name, method="PUT", body=call.known("file"))
    return 1


@api("InternetCrackUrl InternetCanonicalizeUrl InternetCombineUrl", "url")
def crack_url(call: Call) -> int:
    call.machine.unmodelled(f"{call.name}({call.known('url')})")
    return 0
