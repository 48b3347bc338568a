"""Winsock: names, addresses, and where a script connects to."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any, Final

from msgspec import Struct

from emoscan.evaluate.com.api import Call, api
from emoscan.evaluate.core.memory import Block
from emoscan.evaluate.core.values import Unknown

INET: Final = 2
HOSTS: Final = 0
"""The key under which the names of the addresses that were given out are kept."""

FAILED: Final = -1


class Socket(Struct):
    """What a handle of a socket stands for."""

    peer: str = ""
    """Host and port it is connected to."""


def peer_in(machine: Any, record: bytes) -> str:
    """Where the first socket is connected to whose handle is among the words of a record; "" when there is none."""
    for at in range(0, len(record) - 3, 4):
        end = machine.windows.get(int.from_bytes(record[at : at + 4], "little"))
        if isinstance(end, Socket):
            return end.peer or "a socket"
    return ""


def _hosts(call: Call) -> dict[int, str]:
    hosts: dict[int, str] = call.machine.windows.setdefault(HOSTS, {})
    return hosts


def resolve(call: Call, name: str) -> int:
    """The address of a host: its own, or one of a network for documentation (RFC 5737) that stands for the name."""
    try:
        return int(ipaddress.IPv4Address(name.strip()))
    except ValueError:
        pass
    call.machine.query(f"address of {name}", "")
    hosts = _hosts(call)
    for address, known in hosts.items():
        if known == name:
            return address
    address = int(ipaddress.IPv4Address("203.0.113.1")) + len(hosts) % 250
    hosts[address] = name
    return address


def place(call: Call, data: bytes) -> int:
    """The address of some bytes in memory."""
    call.machine.grow(256)
    block = Block(max(64, len(data)), call.name)
    block.write(0, data)
    return int(call.machine.memory.allocate(block, block.size))


@api("WSAStartup", "version data")
@api("WSACleanup")
@api("WSAGetLastError")
@api("closesocket shutdown setsockopt ioctlsocket WSAAsyncSelect bind listen freeaddrinfo", "socket")
def succeed(_call: Call) -> int:
    return 0


@api("socket", "family kind protocol")
@api("WSASocket", "family kind protocol information group flags")
def socket(call: Call) -> int:
    return call.handle(Socket())


@api("htons ntohs", "value")
def swap_short(call: Call) -> int:
    value = call.number("value") & 0xFFFF
    swapped = (value & 0xFF) << 8 | value >> 8
    return swapped - 0x10000 if swapped >= 0x8000 else swapped


@api("htonl ntohl", "value")
def swap_long(call: Call) -> int:
    return int.from_bytes((call.number("value") & 0xFFFFFFFF).to_bytes(4, "big"), "little", signed=True)


@api("inet_addr", "text")
def inet_addr(call: Call) -> int:
    return int.from_bytes(resolve(call, call.known("text")).to_bytes(4, "big"), "little", signed=True)


def socket_address(address: int, port: int) -> bytes:
    return struct.pack("<H", INET) + struct.pack(">HI", port & 0xFFFF, address) + bytes(8)


@api("getaddrinfo", "host service hints result")
def get_address_info(call: Call) -> int:
    """A list of one ADDRINFO, as 64-bit code has it."""
    service = call.known("service")
    port = int(service) if service.isdigit() and len(service) < 6 else 0
    address = place(call, socket_address(resolve(call, call.known("host")), port))
    call.out("result", place(call, struct.pack("<iiiiQQQQ", 0, INET, 1, 6, 16, 0, address, 0)), 8)
    return 0


@api("gethostbyname", "host")
def host_by_name(call: Call) -> int:
    """A HOSTENT, as 64-bit code has it."""
    address = place(call, resolve(call, call.known("host")).to_bytes(4, "big"))
    addresses = place(call, struct.pack("<QQ", address, 0))
    return place(call, struct.pack("<QQHHIQ", 0, 0, INET, 4, 0, addresses))


def _connected(call: Call, peer: str) -> None:
    end = call.meaning("socket")
    if isinstance(end, Socket):
        end.peer = peer


@api("connect WSAConnect", "socket address length")
def connect(call: Call) -> int:
    data = call.data("address", 16)
    record = call.value("address")
    if isinstance(data, Unknown) or len(data) < 8:
        call.machine.effect("connect", data if isinstance(data, Unknown) else Unknown(f"address {record}"), call.name)
        _connected(call, "an unknown host")
        return 0
    port, address = struct.unpack(">HI", data[2:8])
    host: Any = _hosts(call).get(address) or str(ipaddress.IPv4Address(address))
    call.machine.effect("connect", f"{host}:{port}", call.name)
    _connected(call, f"{host}:{port}")
    return 0 if call.machine.world.online else FAILED


@api("send", "socket data length flags")
def send(call: Call) -> int:
    return max(0, call.number("length"))


@api("recv", "socket data length flags")
def receive(_call: Call) -> int:
    return 0
