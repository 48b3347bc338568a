"""Folders of mails in one file."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.parse import mbox

MAILS = [
    b"From a@b.example Mon Mar  8 17:40:03 2021\nFrom: a@b.example\nSubject: one\n\nHello\n\n",
    b"From - Mon Mar 08 17:40:03 2021\r\nX-Mozilla-Status: 0001\r\nSubject: two\r\n\r\nFrom here on\r\n\r\nFrom there 17:40\r\nno field\r\n\r\n",
    b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011 +0200\n>From x Fri Jul  8 12:08:34 2011\nSubject: three\n\n>From quoted\n\n",
]


class Slow(io.BytesIO):
    """Gives as much at a time as it likes."""

    def __init__(self, data, step):
        super().__init__(data)
        self.step = step

    def read(self, size=-1):
        return super().read(min(size, self.step) if size >= 0 else self.step)


def test_each_mail():
    folder = b"".join(MAILS)
    assert [mail for _, mail in mbox.mails(io.BytesIO(folder), 1000)] == MAILS
    assert [folder[at : at + 5] for at, _ in mbox.mails(io.BytesIO(folder), 1000)] == [b"From "] * 3
    assert mbox.is_mbox(folder)


@pytest.mark.parametrize(
    "data", [MAILS[0], b"", b"From here to there", b"From a 17:40\nSubject: x", b"x" + MAILS[0] + MAILS[1], b"Subject: x\n\n" + MAILS[0]]
)
def test_no_folder(data):
    assert not mbox.is_mbox(data)


def test_long_mails_are_cut_and_the_rest_passed_over():
    folder = MAILS[0] + b"x" * 5_000_000 + b"\n\n" + MAILS[2]
    got = [mail for _, mail in mbox.mails(io.BytesIO(folder), 200)]
    assert [len(mail) for mail in got] == [201, len(MAILS[2])]


@given(st.lists(st.sampled_from(MAILS), min_size=1, max_size=60), st.integers(1, 3000))
def test_whatever_the_pieces(parts, step):
    assert [mail for _, mail in mbox.mails(Slow(b"".join(parts), step), 10_000)] == parts


@pytest.mark.parametrize("unit", ["\nFrom ", "\n\nFrom a 1:11\n", "\n\nFrom 1:", "\n\nFrom a 11:11 "])
def test_linear(unit):
    assert_linear(lambda text: list(mbox.separators(text.encode())), unit, 1 << 17)
