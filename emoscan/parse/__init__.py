"""Bytes to records. Parsers hold no opinion, know no graph, and raise `Malformed` where the bytes break."""


class Malformed(ValueError):
    """The bytes are not what their format says. The message says where and how; what was read before may be of use."""
