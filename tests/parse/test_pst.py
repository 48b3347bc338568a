"""Data files of Outlook. The files are written by the fixture library; libpff, where it is installed, reads the same in them."""

import io
import struct
from contextlib import suppress

import pytest
from fixturelib import outlook
from fixturelib.outlook import Attached, Message
from fixturelib.pst import ANSI, LARGE, UNICODE, Folder, pst
from mutate import mutate

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.parse import Malformed
from emoscan.parse.mapi import BODY, SUBJECT
from emoscan.parse.pst import Store

INNER = Message([(outlook.SUBJECT, outlook.TEXT16, "inside")], [], [Attached("deep.txt", b"deep")])
BIG = bytes(range(256)) * 120
MAIL = Message(
    [(outlook.SUBJECT, outlook.TEXT16, "\1\5Re: 見積書の件"), (outlook.BODY, outlook.TEXT16, "ご確認ください。\n" * 99)],
    [],
    [Attached("資料.txt", b"x"), Attached("big.bin", BIG), Attached("inside", INNER)],
)
TREE = Folder("", folders=[Folder("Top", [MAIL], [Folder("Inbox", [INNER] * 40)])])


def read(data, **limits):
    store = Store(data, Budget(Limits(**limits)))
    return store, [(path, store.message(node)) for path, node in store.messages()]


@pytest.mark.parametrize("cipher", [0, 1, 2])
@pytest.mark.parametrize("version", [ANSI, UNICODE, LARGE])
def test_every_form(version, cipher):
    store, found = read(pst(TREE, version, cipher))
    assert not store.damage
    assert [path for path, _ in found] == ["Top"] + ["Top/Inbox"] * 40
    message = found[0][1]
    assert (message.properties[SUBJECT], message.properties[BODY]) == ("Re: 見積書の件", "ご確認ください。\n" * 99)
    assert [(one.properties[outlook.LONG_NAME], one.data) for one in message.attachments] == [
        ("資料.txt", b"x"),
        ("big.bin", BIG),
        ("inside", b""),
    ]
    embedded = store.message(message.attachments[2].message)
    assert embedded.properties[SUBJECT] == "inside"
    assert [one.data for one in embedded.attachments] == [b"deep"]


@pytest.mark.parametrize("cipher", [0, 1, 2])
@pytest.mark.parametrize("version", [ANSI, UNICODE])
def test_another_reader_finds_the_same(version, cipher):
    pypff = pytest.importorskip("pypff")
    file = pypff.file()
    file.open_file_object(io.BytesIO(pst(TREE, version, cipher)))
    top = file.get_root_folder().get_sub_item(0)
    (message,) = (item for item in map(top.get_sub_item, range(top.number_of_sub_items)) if isinstance(item, pypff.message))
    assert (message.subject, message.plain_text_body) == ("Re: 見積書の件", ("ご確認ください。\n" * 99).encode())
    names = [(one.long_filename, one.read_buffer(one.size)) for one in message.attachments]
    assert names[:2] == [("資料.txt", b"x"), ("big.bin", BIG)]


DATA = pst(TREE)


@pytest.mark.parametrize("data", [b"", b"!BDN", DATA[:600], b"!BDN" + bytes(600)])
def test_no_data_file(data):
    with pytest.raises(Malformed):
        Store(data, Budget(Limits()))


def test_damage_costs_no_more_than_what_it_hits():
    for seed in range(150):
        with suppress(Malformed):
            store = Store(mutate(DATA, seed), Budget(Limits()))
            for _, node in store.messages():
                with suppress(Malformed):
                    store.message(node)


def at_trees(data):
    return struct.unpack_from("<Q", data, 224)[0], struct.unpack_from("<Q", data, 240)[0]


def test_a_tree_that_leads_back_to_itself_ends():
    nodes, _ = at_trees(DATA)
    damaged = bytearray(DATA)
    count = damaged[nodes + 488]
    assert damaged[nodes + 491] == 1
    for entry in range(count):
        struct.pack_into("<Q", damaged, nodes + 24 * entry + 16, nodes)
    with pytest.raises(Malformed):
        Store(bytes(damaged), Budget(Limits()))


def test_more_entries_than_a_page_has_room_for():
    nodes, _ = at_trees(DATA)
    damaged = bytearray(DATA)
    damaged[nodes + 488] = 255
    with pytest.raises(Malformed):
        Store(bytes(damaged), Budget(Limits()))


def test_one_block_many_times_costs_the_budget():
    """A list of blocks that names one block as often as it can, in a list of such lists."""
    block = DATA.index(struct.pack("<BBHI", 1, 1, 4, len(BIG)))
    bomb = bytearray(DATA)
    first = struct.unpack_from("<Q", bomb, block + 8)[0]
    struct.pack_into("<H", bomb, block + 2, 4)
    struct.pack_into("<4Q", bomb, block + 8, *[first] * 4)
    _, found = read(bytes(bomb))
    assert found[0][1].attachments[1].data == BIG[:8100] * 4
    with pytest.raises(LimitReached):
        read(bytes(bomb), expanded_bytes=20_000)


def test_lists_of_blocks_that_name_themselves_are_damage():
    block = DATA.index(struct.pack("<BBHI", 1, 1, 4, len(BIG)))
    own = next(id_ for id_, (at, _) in Store(DATA, Budget(Limits())).blocks.items() if at == block)
    damaged = bytearray(DATA)
    struct.pack_into("<4Q", damaged, block + 8, *[own] * 4)
    _, found = read(bytes(damaged))
    assert found[0][1].damage == ("an attachment cannot be read: a list of blocks is damaged",)
    assert [one.properties[outlook.LONG_NAME] for one in found[0][1].attachments] == ["資料.txt", "inside"]
