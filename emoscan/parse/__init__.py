"""Bytes to records. Parsers hold no opinion, know no graph, and raise `Malformed` where the bytes break."""
