"""Everything that reaches the net: WebClient, WebRequest, HttpClient, sockets. Every request is an effect and succeeds."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from emoscan.evaluate.core.values import MISSING, Object, Unknown, display
from emoscan.evaluate.powershell.convert import is_list, unwrap
from emoscan.evaluate.powershell.flow import Code
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.streams import MEMORY, stream
from emoscan.evaluate.powershell.values import Hash, Record, Thrown
from emoscan.parse.lazy import lazy

Text = str | Unknown

CLIENT: Final = net_class("System.Net.WebClient")
URI: Final = net_class("System.Uri")
REQUEST: Final = net_class("System.Net.WebRequest", "System.Net.HttpWebRequest", "System.Net.FtpWebRequest", "System.Net.FileWebRequest")
RESPONSE: Final = net_class("System.Net.WebResponse", "System.Net.HttpWebResponse")
HTTP: Final = net_class("System.Net.Http.HttpClient")
HEADERS: Final = net_class("System.Net.WebHeaderCollection")
PROXY: Final = net_class("System.Net.WebProxy")
CACHE: Final = net_class("System.Net.CredentialCache")
CREDENTIAL: Final = net_class("System.Net.NetworkCredential")
POINT: Final = net_class("System.Net.ServicePointManager")
NETWORK_STREAM: Final = net_class("System.Net.Sockets.NetworkStream", parent=MEMORY)

enumeration("System.Net.SecurityProtocolType", SystemDefault=0, Ssl3=48, Tls=192, Tls11=768, Tls12=3072, Tls13=12288)
enumeration("System.Net.HttpStatusCode", OK=200, Created=201, Found=302, Forbidden=403, NotFound=404)
enumeration("System.Net.Sockets.AddressFamily", InterNetwork=2, InterNetworkV6=23)
enumeration("System.Net.Sockets.SocketType", Stream=1, Dgram=2, Raw=3)
enumeration("System.Net.Sockets.ProtocolType", Tcp=6, Udp=17, IP=0, Icmp=1)


def address(machine: Any, value: Any, base: Any = "") -> Text:
    """A URL as text; one without a scheme gets `http://` only when it looks like a host."""
    if type(value) is Object and "url" in value.data:
        return value.data["url"]  # type: ignore[no-any-return]
    text = machine.text(value)
    if type(text) is Unknown:
        return text
    text = text.strip()
    if base and "://" not in text:
        known_base = machine.text(base)
        if isinstance(known_base, str):
            return str(urljoin(known_base, text))
    return str(text)


def fetched(machine: Any, url: Any, how: str, path: Any = "", **detail: Any) -> Unknown:
    """Content of an address: unknown, and it knows where it is from."""
    machine.touched += 1
    return machine.download(url, how, path, **detail)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- Uri


@URI.makes
def make_uri(machine: Any, first: Any, second: Any = MISSING) -> Object:
    text = address(machine, first)
    if second is not MISSING and type(text) is str:
        text = address(machine, second, text)
    return Object(URI, url=text)


@URI.prop("AbsoluteUri", "OriginalString")
def absolute(_machine: Any, this: Object) -> Any:
    return this.data["url"]


@URI.call("ToString")
def uri_text(_machine: Any, this: Object) -> Any:
    return this.data["url"]


def parts_of(this: Object) -> Any:
    url = this.data["url"]
    try:
        return urlsplit(url if isinstance(url, str) else url.text())
    except ValueError:
        raise Thrown("System.UriFormatException", "Invalid URI: The format of the URI could not be determined.") from None


for _name, _read in (
    ("Host", lambda p: p.hostname or ""),
    ("DnsSafeHost", lambda p: p.hostname or ""),
    ("Authority", lambda p: p.netloc),
    ("Scheme", lambda p: p.scheme),
    ("AbsolutePath", lambda p: p.path or "/"),
    ("LocalPath", lambda p: p.path or "/"),
    ("PathAndQuery", lambda p: (p.path or "/") + (f"?{p.query}" if p.query else "")),
    ("Query", lambda p: f"?{p.query}" if p.query else ""),
    ("Fragment", lambda p: f"#{p.fragment}" if p.fragment else ""),
    ("IsAbsoluteUri", lambda p: bool(p.scheme)),
    ("Segments", lambda p: [piece + "/" for piece in (p.path or "/").split("/")[:-1]] + [(p.path or "/").split("/")[-1]]),
):
    URI.prop(_name)(lambda _machine, this, _read=_read: _read(parts_of(this)))


@URI.prop("Port")
def port(_machine: Any, this: Object) -> int:
    try:
        found = parts_of(this).port
    except ValueError:
        found = None
    return found or {"https": 443, "ftp": 21}.get(parts_of(this).scheme, 80)


@URI.shared("EscapeDataString", "EscapeUriString")
def escape_data(machine: Any, _type: str, text: Any) -> str:
    return quote(machine.shown(text), safe="", errors="replace")


@URI.shared("UnescapeDataString")
def unescape_data(machine: Any, _type: str, text: Any) -> str:
    return unquote(machine.shown(text), errors="replace")


@URI.shared("IsWellFormedUriString")
def is_well_formed(machine: Any, _type: str, text: Any, _kind: Any = None) -> bool:
    return "://" in machine.shown(text)


BUILDER: Final = net_class("System.UriBuilder")
PARTS: Final = ("scheme", "host", "port", "path", "query")


@BUILDER.makes
def make_builder(machine: Any, first: Any = "http://localhost/", *rest: Any) -> Object:
    """UriBuilder(address) or UriBuilder(scheme, host, port, path, query)."""
    made = Object(BUILDER)
    if not rest:
        given = urlsplit(display(address(machine, first)))
        found = [given.scheme or "http", given.hostname or "localhost", "", given.path, given.query]
        with suppress(ValueError):
            found[2] = str(given.port or "")
    else:
        found = [machine.shown(value) for value in (first, *rest)][: len(PARTS)]
        found += [""] * (len(PARTS) - len(found))
    made.data.update(zip(PARTS, found, strict=True))
    return made


def _builder_part(part: str) -> None:
    @BUILDER.prop(part)
    def get_part(_machine: Any, this: Object) -> Any:
        return this.data[part]

    BUILDER.setter(part)(lambda machine, this, value: this.data.__setitem__(part, machine.shown(value)))


for _part in PARTS:
    _builder_part(_part)


@BUILDER.prop("Uri")
def builder_uri(machine: Any, this: Object) -> Object:
    scheme, host, port_, path, query = (this.data[part].strip() for part in PARTS)
    usual = {"http": "80", "https": "443"}.get(scheme.lower(), "")
    shown = host if port_ in ("", "-1", "0", usual) else f"{host}:{port_}"
    return make_uri(machine, f"{scheme}://{shown}/{path.lstrip('/')}" + (f"?{query.lstrip('?')}" if query else ""))


BUILDER.call("ToString")(lambda machine, this: builder_uri(machine, this).data["url"])

for _web in ("System.Web.HttpUtility", "System.Net.WebUtility"):
    _utility = net_class(_web)
    _utility.shared("UrlEncode", "UrlPathEncode")(
        lambda machine, _type, text: quote(machine.shown(text), safe="-_.!*()", errors="replace").replace("%20", "+")
    )
    _utility.shared("UrlDecode")(lambda machine, _type, text: unquote(machine.shown(text).replace("+", " "), errors="replace"))

    @_utility.shared("HtmlDecode")
    def html_decode(machine: Any, _type: str, text: Any) -> str:
        from html import unescape

        return unescape(machine.shown(text))

    @_utility.shared("HtmlEncode")
    def html_encode(machine: Any, _type: str, text: Any) -> str:
        from html import escape

        return escape(machine.shown(text))


# ---------------------------------------------------------------- WebClient


CLIENT.fields(
    Proxy=None,
    Credentials=None,
    UseDefaultCredentials=False,
    Encoding=None,
    BaseAddress="",
    QueryString=None,
    CachePolicy=None,
    Site=None,
)


@CLIENT.makes
def make_client(_machine: Any) -> Object:
    return Object(CLIENT, proxy=make_proxy(None), headers=Object(HEADERS, table=Hash()))


@CLIENT.prop("Headers", "ResponseHeaders")
def client_headers(_machine: Any, this: Object) -> Any:
    return this.data["headers"]


@CLIENT.prop("IsBusy")
def is_busy(_machine: Any, _this: Object) -> bool:
    return False


def base_of(this: Object) -> Any:
    return this.data.get("baseaddress", "")


@CLIENT.call("DownloadString", "DownloadStringAsync", "DownloadStringTaskAsync", opened=True)
def download_string(machine: Any, this: Object, url: Any = "", *_rest: Any) -> Any:
    return fetched(machine, address(machine, url, base_of(this)), "WebClient.DownloadString")


@CLIENT.call("DownloadData", "DownloadDataAsync", "DownloadDataTaskAsync", opened=True)
def download_data(machine: Any, this: Object, url: Any = "", *_rest: Any) -> Any:
    return fetched(machine, address(machine, url, base_of(this)), "WebClient.DownloadData")


@CLIENT.call("DownloadFile", "DownloadFileAsync", "DownloadFileTaskAsync", opened=True)
def download_file(machine: Any, this: Object, url: Any = "", path: Any = "", *_rest: Any) -> None:
    fetched(machine, address(machine, url, base_of(this)), "WebClient.DownloadFile", machine.text(path))


@CLIENT.call("OpenRead", "OpenReadAsync", opened=True)
def open_read(machine: Any, this: Object, url: Any, *_rest: Any) -> Any:
    return fetched(machine, address(machine, url, base_of(this)), "WebClient.OpenRead")


@CLIENT.call("UploadString", "UploadData", "UploadFile", "UploadValues", "UploadStringAsync", "UploadFileAsync", "OpenWrite", opened=True)
def upload(machine: Any, this: Object, url: Any, *rest: Any) -> Any:
    where = address(machine, url, base_of(this))
    sent = machine.shown(rest[-1])[:200] if rest else ""
    machine.effect("connect", where, "WebClient.Upload", sent=sent)
    return Unknown(f"answer of {display(where)}")


NETWORK: Final = net_class("Microsoft.VisualBasic.Devices.Network")
NETWORK.makes(lambda _machine: Object(NETWORK))


@NETWORK.call("DownloadFile", opened=True)
def network_download(machine: Any, _this: Object, url: Any, path: Any = "", *_rest: Any) -> None:
    fetched(machine, address(machine, url), "Network.DownloadFile", machine.text(path))


# ---------------------------------------------------------------- headers, proxies, credentials


@HEADERS.makes
def make_headers(_machine: Any) -> Object:
    return Object(HEADERS, table=Hash())


@HEADERS.call("Add", "Set", "TryAddWithoutValidation", "ParseAdd", "Append", opened=True)
def add_header(machine: Any, this: Object, name: Any, value: Any = MISSING) -> None:
    if value is MISSING:
        name, _, value = machine.shown(name).partition(":")
    this.data["table"].set(machine.shown(name), value)


@HEADERS.call("Item", "get_Item", "Get")
def header(machine: Any, this: Object, name: Any) -> Any:
    return this.data["table"].get(machine.shown(name))


@HEADERS.setter("Item")
def set_header(machine: Any, this: Object, name: Any, value: Any) -> None:
    this.data["table"].set(machine.shown(name), value)


@HEADERS.call("Remove", "Clear")
def remove_header(machine: Any, this: Object, name: Any = "") -> None:
    this.data["table"].remove(machine.shown(name))


@HEADERS.prop("UserAgent", "Accept", "Authorization")
def own_header(_machine: Any, this: Object) -> Object:
    return this


@HEADERS.prop("Count")
def header_count(_machine: Any, this: Object) -> int:
    return len(this.data["table"])


def make_proxy(url: Any) -> Object:
    return Object(PROXY, url=url)


PROXY.fields(Credentials=None, UseDefaultCredentials=False, BypassProxyOnLocal=False, BypassList=None)


@PROXY.makes
def new_proxy(machine: Any, url: Any = "", *_rest: Any) -> Object:
    return make_proxy(machine.text(url))


@PROXY.shared("GetDefaultProxy")
def default_proxy(_machine: Any, _type: str) -> Object:
    return make_proxy(None)


@PROXY.prop("Address")
def proxy_address(_machine: Any, this: Object) -> Any:
    return this.data["url"]


@PROXY.call("GetProxy", "IsBypassed")
def get_proxy(_machine: Any, _this: Object, url: Any) -> Any:
    return url


def network_credential() -> Object:
    return Object(CREDENTIAL, username="", password="", domain="")


CREDENTIAL.fields(UserName="", Password="", Domain="")
for _name in ("defaultcredentials", "defaultnetworkcredentials"):
    CACHE.static[_name] = lambda *_: network_credential()


@CREDENTIAL.makes
def make_credential(machine: Any, user: Any = "", password: Any = "", domain: Any = "") -> Object:
    if type(password) is Object and "secret" in password.data:
        password = password.data["secret"]
    return Object(CREDENTIAL, username=machine.text(user), password=password, domain=machine.text(domain))


@CACHE.makes
def make_cache(_machine: Any) -> Object:
    return Object(CACHE)


CACHE.call("Add")(lambda _machine, _this, *_args: None)

for _name, _value in (
    ("SecurityProtocol", 3072),
    ("Expect100Continue", True),
    ("DefaultConnectionLimit", 2),
    ("CheckCertificateRevocationList", False),
    ("ServerCertificateValidationCallback", None),
    ("CertificatePolicy", None),
    ("MaxServicePointIdleTime", 100000),
    ("UseNagleAlgorithm", True),
):
    _key = _name.lower()
    POINT.static[_key] = lambda machine, _type, _key=_key, _value=_value: machine.statics.get(
        ("system.net.servicepointmanager", _key), _value
    )


# ---------------------------------------------------------------- WebRequest

REQUEST.fields(
    Method="GET",
    UserAgent="",
    Proxy=None,
    Credentials=None,
    Timeout=100000,
    ContentType="",
    ContentLength=0,
    KeepAlive=True,
    Accept="",
    Referer="",
    UseDefaultCredentials=False,
    AllowAutoRedirect=True,
    CookieContainer=None,
    UsePassive=True,
    UseBinary=True,
    ServicePoint=None,
    AutomaticDecompression=None,
    Host="",
    ReadWriteTimeout=300000,
    MaximumAutomaticRedirections=50,
    PreAuthenticate=False,
    EnableSsl=False,
)


@REQUEST.shared("Create", "CreateHttp", "CreateDefault", opened=True)
def create_request(machine: Any, _type: str, url: Any) -> Object:
    return Object(REQUEST, url=address(machine, url), headers=Object(HEADERS, table=Hash()), proxy=make_proxy(None))


REQUEST.makes(lambda machine, url="": create_request(machine, "", url))
for _name in ("defaultwebproxy",):
    REQUEST.static[_name] = lambda machine, _type: machine.statics.get(("system.net.webrequest", "defaultwebproxy"), make_proxy(None))


@REQUEST.shared("GetSystemWebProxy")
def system_proxy(_machine: Any, _type: str) -> Object:
    return make_proxy(None)


REQUEST.prop("Headers")(client_headers)


@REQUEST.prop("RequestUri", "Address")
def request_uri(_machine: Any, this: Object) -> Object:
    return Object(URI, url=this.data["url"])


@REQUEST.call("GetResponse", "BeginGetResponse", "GetResponseAsync", "EndGetResponse")
def get_response(machine: Any, this: Object, *_rest: Any) -> Object:
    url = this.data["url"]
    method = this.data.get("method", "GET")
    body = this.data.get("sent")
    sent = ""
    if body is not None and type(body.data["buffer"]) is bytearray:
        sent = bytes(body.data["buffer"][:200]).decode("utf-8", "replace")
    content = fetched(machine, url, "WebRequest.GetResponse", "", method=machine.shown(method) if method != "GET" else "", sent=sent)
    return Object(RESPONSE, url=url, content=content)


@REQUEST.call("GetRequestStream")
def request_stream(_machine: Any, this: Object) -> Object:
    this.data["sent"] = stream(MEMORY, bytearray())
    return this.data["sent"]  # type: ignore[no-any-return]


@REQUEST.call("AddRange", "Abort")
def nothing(_machine: Any, _this: Object, *_args: Any) -> None:
    return None


@RESPONSE.call("GetResponseStream")
def response_stream(_machine: Any, this: Object) -> Object:
    return stream(NETWORK_STREAM, this.data["content"])


@RESPONSE.prop("StatusCode")
def status(_machine: Any, _this: Object) -> Any:
    return Unknown("status of an answer")


@RESPONSE.prop("ContentLength")
def content_length(_machine: Any, this: Object) -> Any:
    return Unknown(f"length of {this.data['content'].why}")


@RESPONSE.prop("Content", "RawContent")
def response_content(_machine: Any, this: Object) -> Any:
    return this.data["content"]


@RESPONSE.prop("ResponseUri")
def response_uri(_machine: Any, this: Object) -> Object:
    return Object(URI, url=this.data["url"])


@RESPONSE.prop("Headers", "Cookies", "Links", "ParsedHtml", "Forms", "Images", "InputFields")
def response_part(_machine: Any, this: Object) -> Any:
    return Unknown(f"part of {this.data['content'].why}")


@RESPONSE.call("ToString")
def response_text(_machine: Any, this: Object) -> Any:
    return this.data["content"]


def response(url: Any, content: Unknown) -> Object:
    """The answer of a request."""
    return Object(RESPONSE, url=url, content=content)


# ---------------------------------------------------------------- HttpClient

HTTP.fields(BaseAddress="", Timeout=None)
HANDLER: Final = net_class("System.Net.Http.HttpClientHandler", "System.Net.Http.WebRequestHandler")
CONTENT: Final = net_class("System.Net.Http.StringContent", "System.Net.Http.ByteArrayContent", "System.Net.Http.MultipartFormDataContent")
MESSAGE: Final = net_class("System.Net.Http.HttpRequestMessage")


@HTTP.makes
def make_http(_machine: Any, *_args: Any) -> Object:
    return Object(HTTP, headers=Object(HEADERS, table=Hash()))


@HANDLER.makes
def make_handler(_machine: Any) -> Object:
    return Object(HANDLER)


@CONTENT.makes
def make_content(machine: Any, *args: Any) -> Object:
    return Object(CONTENT, text=machine.shown(args[0]) if args else "")


CONTENT.call("Add")(lambda _machine, _this, *_args: None)


@MESSAGE.makes
def make_message(machine: Any, method: Any = "", url: Any = "") -> Object:
    return Object(MESSAGE, url=address(machine, url), method=machine.shown(method), headers=Object(HEADERS, table=Hash()))


HTTP.prop("DefaultRequestHeaders")(client_headers)
MESSAGE.prop("Headers")(client_headers)

TASK: Final = net_class("System.Threading.Tasks.Task")


def task(value: Any) -> Object:
    """Something that is done already."""
    return Object(TASK, value=value)


@TASK.shared("Run", opened=True)
def start_task(machine: Any, _type: str, work: Any, *_rest: Any) -> Object:
    return task(unwrap(machine.call_code(work, [], None, machine.top)) if type(work) is Code else None)


TASKS: Final = net_class("System.Threading.Tasks.TaskFactory")
TASK.shared_prop("Factory")(lambda _machine, _type: Object(TASKS))
TASKS.call("StartNew", opened=True)(lambda machine, _this, work, *rest: start_task(machine, "", work, *rest))


@TASK.prop("Result")
def task_result(_machine: Any, this: Object) -> Any:
    return this.data["value"]


@TASK.call("GetAwaiter", "ConfigureAwait", "ContinueWith")
def awaiter(_machine: Any, this: Object, *_args: Any) -> Object:
    return this


@TASK.call("GetResult")
def get_result(_machine: Any, this: Object) -> Any:
    return this.data["value"]


@TASK.call("Wait")
def wait(_machine: Any, _this: Object, *_args: Any) -> bool:
    return True


@TASK.prop("IsCompleted", "IsCompletedSuccessfully")
def completed(_machine: Any, _this: Object) -> bool:
    return True


@HTTP.call("GetStringAsync", "GetByteArrayAsync", opened=True)
def http_get_text(machine: Any, this: Object, url: Any, *_rest: Any) -> Object:
    return task(fetched(machine, address(machine, url, base_of(this)), "HttpClient"))


@HTTP.call("GetStreamAsync", opened=True)
def http_get_stream(machine: Any, this: Object, url: Any, *_rest: Any) -> Object:
    return task(stream(NETWORK_STREAM, fetched(machine, address(machine, url, base_of(this)), "HttpClient")))


@HTTP.call("GetAsync", "SendAsync", opened=True)
def http_get(machine: Any, this: Object, url: Any, *_rest: Any) -> Object:
    where = address(machine, url, base_of(this))
    return task(http_answer(where, fetched(machine, where, "HttpClient")))


@HTTP.call("PostAsync", "PutAsync", opened=True)
def http_post(machine: Any, this: Object, url: Any, *_rest: Any) -> Object:
    where = address(machine, url, base_of(this))
    machine.effect("connect", where, "HttpClient.PostAsync")
    return task(http_answer(where, Unknown(f"answer of {display(where)}")))


def http_answer(url: Any, content: Unknown) -> Record:
    body = Record(
        "System.Net.Http.HttpContent",
        ReadAsStringAsync=lambda: task(content),
        ReadAsByteArrayAsync=lambda: task(content),
        ReadAsStreamAsync=lambda: task(stream(NETWORK_STREAM, content)),
        Headers=Unknown("headers of an answer"),
    )
    return Record(
        "System.Net.Http.HttpResponseMessage", Content=body, IsSuccessStatusCode=Unknown(f"success of {content.why}"), RequestUri=url
    )


# ---------------------------------------------------------------- sockets

TCP: Final = net_class("System.Net.Sockets.TcpClient", "System.Net.Sockets.Socket", "System.Net.Sockets.UdpClient")
LISTENER: Final = net_class("System.Net.Sockets.TcpListener", "System.Net.HttpListener")
SSL: Final = net_class("System.Net.Security.SslStream", parent=NETWORK_STREAM)


_REQUEST: Final = lazy(rb"\A\s*(?:GET|POST) (\S{1,2000}) HTTP/1\.[01]\s*\n")
_HOST_FIELD: Final = lazy(rb"\nHost:[ \t]{0,9}([\w.:-]{1,250})", re.IGNORECASE)

LONGEST_REQUEST: Final = 8_192


def asked(machine: Any, this: Object, part: bytes) -> None:
    """Bytes go over a connection: a request of HTTP that is written by hand is a download like any other."""
    sent = this.data.setdefault("sent", bytearray())
    if len(sent) > LONGEST_REQUEST:
        return
    sent += part[:LONGEST_REQUEST]
    request = _REQUEST.match(sent)
    peer = this.data["peer"]
    if request is None or type(peer) is not str:
        return
    host = _HOST_FIELD.search(sent)
    where = host[1].decode() if host else peer
    port = peer.rpartition(":")[2]
    where = (where if ":" in where else f"{where}:{port}") if host else peer
    where = where.removesuffix(":80").removesuffix(":443")
    target = request[1].decode("latin-1")
    url = target if "://" in target else f"{'https' if port == '443' else 'http'}://{where}/{target.lstrip('/')}"
    this.data["answer"] = machine.download(url, this.cls.name)
    if "stream" in this.data:
        this.data["stream"].data["buffer"] = this.data["answer"]
    sent.extend(bytes(LONGEST_REQUEST))  # one request is enough


def connect(machine: Any, this: Object, host: Any, port_: Any) -> None:
    if type(host) is Object and "address" in host.data:
        host = host.data["address"]
    text = Unknown.join((machine.text(host), ":", machine.text(port_))) if port_ is not MISSING else machine.text(host)
    this.data["peer"] = text
    machine.contact(text, f"{this.cls.name}.Connect")


@TCP.makes
def make_tcp(machine: Any, *args: Any) -> Object:
    made = Object(TCP, peer="")
    if len(args) == 2 and not isinstance(args[0], int):
        connect(machine, made, args[0], args[1])
    return made


@TCP.call("Connect", "BeginConnect", "ConnectAsync", opened=True)
def tcp_connect(machine: Any, this: Object, host: Any, port_: Any = MISSING, *_rest: Any) -> Object:
    connect(machine, this, host, port_)
    return task(True)


TCP.open.add("::new")


@TCP.call("GetStream")
def tcp_stream(machine: Any, this: Object) -> Object:
    if "stream" not in this.data:
        received = Unknown(f"data received from {display(this.data['peer'])}")
        this.data["stream"] = stream(NETWORK_STREAM, received, asking=lambda part: asked(machine, this, part))
    return this.data["stream"]  # type: ignore[no-any-return]


@TCP.prop("Connected")
def connected(_machine: Any, this: Object) -> Any:
    return Unknown(f"connection to {display(this.data['peer'])}")


@TCP.call("Send", "SendTo", "Receive", "ReceiveFrom", "EndConnect", "Shutdown", "Bind", "Listen", opened=True)
def transfer(machine: Any, this: Object, *args: Any) -> Any:
    machine.touched += 1
    if args and type(args[0]) in (bytearray, list):
        held = machine.cast(args[0], "byte[]")
        if type(held) is bytearray:
            asked(machine, this, bytes(held))
    return Unknown(f"data received from {display(this.data['peer'])}")


@TCP.prop("Available", "Client", "LocalEndPoint", "RemoteEndPoint")
def tcp_part(_machine: Any, this: Object) -> Any:
    return Unknown(f"state of the connection to {display(this.data['peer'])}")


@LISTENER.makes
def make_listener(machine: Any, *args: Any) -> Object:
    where = ":".join(machine.shown(arg) for arg in args)
    return Object(LISTENER, where=where)


@LISTENER.call("Start")
def listen(machine: Any, this: Object, *_args: Any) -> None:
    machine.effect("listen", this.data["where"], "TcpListener")


@LISTENER.call("AcceptTcpClient", "AcceptSocket")
def accept(_machine: Any, _this: Object) -> Object:
    return Object(TCP, peer="whoever connects")


LISTENER.call("Stop", "Pending")(lambda _machine, _this: None)


@SSL.makes
def make_ssl(_machine: Any, inner: Any, *_rest: Any) -> Any:
    return inner


NETWORK_STREAM.call("AuthenticateAsClient", opened=True)(lambda _machine, _this, *_args: None)


# ---------------------------------------------------------------- names and addresses

DNS: Final = net_class("System.Net.Dns")
IP: Final = net_class("System.Net.IPAddress")
END_POINT: Final = net_class("System.Net.IPEndPoint")


def ip(text: Any) -> Object:
    return Object(IP, address=text)


@DNS.shared("GetHostAddresses", "Resolve", opened=True)
def host_addresses(machine: Any, _type: str, host: Any) -> list[Any]:
    machine.contact(machine.text(host), "Dns.GetHostAddresses")
    return [Unknown(f"address of {machine.shown(host)}")]


@DNS.shared("GetHostEntry", "GetHostByName", opened=True)
def host_entry(machine: Any, _type: str, host: Any = "") -> Record:
    found = host_addresses(machine, "", host)
    return Record("System.Net.IPHostEntry", AddressList=found, HostName=machine.text(host))


@DNS.shared("GetHostName")
def host_name(machine: Any, _type: str) -> Any:
    return machine.query("host name", machine.world.profile.computer)


@IP.shared("Parse")
def parse_ip(machine: Any, _type: str, text: Any) -> Object:
    return ip(machine.text(text))


IP.makes(lambda machine, value: ip(machine.text(value)))
for _name, _address in (("Any", "0.0.0.0"), ("Loopback", "127.0.0.1"), ("Broadcast", "255.255.255.255")):  # noqa: S104 - an answer, not a socket
    IP.static[_name.lower()] = lambda *_, _address=_address: ip(_address)


@IP.prop("IPAddressToString", "Address")
def ip_text(_machine: Any, this: Object) -> Any:
    return this.data["address"]


IP.call("ToString")(ip_text)


@IP.call("GetAddressBytes")
def ip_bytes(machine: Any, this: Object) -> Any:
    pieces = machine.shown(this).split(".")
    return bytearray(int(p) & 255 for p in pieces if p.isdigit() and len(p) < 4)


@END_POINT.makes
def make_end_point(machine: Any, host: Any, port_: Any) -> Object:
    return Object(END_POINT, address=Unknown.join((machine.text(host), ":", machine.text(port_))))


END_POINT.call("ToString")(ip_text)

MAIL: Final = net_class("System.Net.Mail.SmtpClient")
MAIL_MESSAGE: Final = net_class("System.Net.Mail.MailMessage")


@MAIL.makes
def make_mail(machine: Any, host: Any = "", _port: Any = 25) -> Object:
    return Object(MAIL, host=machine.text(host))


@MAIL.call("Send", "SendAsync", opened=True)
def send(machine: Any, this: Object, *args: Any) -> None:
    to = args[1] if len(args) > 1 else args[0].data.get("to", "") if args and type(args[0]) is Object else ""
    machine.effect("mail", machine.text(to), "SmtpClient.Send", server=machine.shown(this.data["host"]))


@MAIL_MESSAGE.makes
def make_mail_message(machine: Any, *args: Any) -> Object:
    return Object(MAIL_MESSAGE, to=machine.text(args[1]) if len(args) > 1 else "")


PING: Final = net_class("System.Net.NetworkInformation.Ping")


@PING.makes
def make_ping(_machine: Any) -> Object:
    return Object(PING)


@PING.call("Send", opened=True)
def ping(machine: Any, _this: Object, host: Any, *_rest: Any) -> Record:
    machine.contact(machine.text(host), "Ping.Send")
    shown = machine.shown(host)
    return Record(
        "System.Net.NetworkInformation.PingReply",
        Status=Unknown(f"answer of {shown}"),
        RoundtripTime=12,
        Buffer=Unknown(f"data received from {shown}"),
        Address=Unknown(f"address of {shown}"),
    )


# ---------------------------------------------------------------- pipes and web sockets

PIPE: Final = net_class("System.IO.Pipes.NamedPipeClientStream", parent=NETWORK_STREAM)
SOCKET: Final = net_class("System.Net.WebSockets.ClientWebSocket")
SEGMENT: Final = net_class("System.ArraySegment")
TOKEN: Final = net_class("System.Threading.CancellationToken", "System.Threading.CancellationTokenSource")


@PIPE.makes
def make_pipe(machine: Any, server: Any, name: Any = MISSING, *_rest: Any) -> Object:
    where = "." if name is MISSING else machine.shown(server)
    path = rf"\\{where}\pipe\{machine.shown(server if name is MISSING else name)}"
    if where not in (".", "localhost", "127.0.0.1"):
        machine.contact(path, "NamedPipeClientStream")
    return stream(PIPE, Unknown(f"data received from {path}"))


PIPE.call("Connect", "ConnectAsync", opened=True)(lambda _machine, _this, *_args: task(True))
PIPE.prop("IsConnected")(lambda _machine, _this: True)


@SOCKET.makes
def make_socket(_machine: Any) -> Object:
    return Object(SOCKET, peer="")


@SOCKET.call("ConnectAsync", opened=True)
def socket_connect(machine: Any, this: Object, url: Any, *_rest: Any) -> Object:
    where = address(machine, url)
    this.data["peer"] = display(where)
    machine.contact(where, "ClientWebSocket")
    return task(True)


@SOCKET.call("ReceiveAsync", opened=True)
def socket_receive(machine: Any, this: Object, *_args: Any) -> Object:
    """How much came is as unknown as what: a text made of so many bytes is not known either."""
    machine.touched += 1
    received = Unknown(f"data received from {this.data['peer']}")
    return task(Record("System.Net.WebSockets.WebSocketReceiveResult", Count=received, EndOfMessage=True, MessageType="Text"))


SOCKET.call("SendAsync", "CloseAsync", "Dispose", opened=True)(lambda _machine, _this, *_args: task(True))
SOCKET.prop("State")(lambda _machine, _this: "Open")
SOCKET.prop("Options")(lambda _machine, _this: Record())
TOKEN.makes(lambda _machine, *_args: Object(TOKEN))
TOKEN.prop("Token")(lambda _machine, this: this)
TOKEN.shared_prop("None")(lambda _machine, _type: Object(TOKEN))
SEGMENT.makes(lambda _machine, data, *_rest: Record("System.ArraySegment", Array=data, Count=len(data) if is_list(data) else 1))
