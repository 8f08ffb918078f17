"""Hashes as Go prints them with GODEBUG=gocachehash=1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

SIMPLE = {7: rb"\a", 8: rb"\b", 12: rb"\f", 10: rb"\n", 13: rb"\r", 9: rb"\t", 11: rb"\v", 92: rb"\\", 34: rb"\""}


def quote(data: bytes) -> bytes:
    """Go's strconv.Quote, which %q uses."""
    out = b""
    for char in data.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if code in SIMPLE:
            out += SIMPLE[code]
        elif 0xDC80 <= code <= 0xDCFF:
            out += b"\\x%02x" % (code - 0xDC00)
        elif char.isprintable():
            out += char.encode()
        elif code < 0x80:
            out += b"\\x%02x" % code
        else:
            out += b"\\u%04x" % code if code < 0x10000 else b"\\U%08x" % code
    return b'"' + out + b'"'


def block(name: str, inputs: Sequence[bytes], salt: bytes = b"go1.27.3") -> list[bytes]:
    """The lines of one hash, as cmd/go/internal/cache writes them."""
    head = b"HASH[" + name.encode() + b"]"
    closing = hashlib.sha256(b"".join([salt, *inputs])).hexdigest().encode()
    return [head + b"\n", *(head + b": " + quote(i) + b"\n" for i in [salt, *inputs]), head + b": " + closing + b"\n"]
