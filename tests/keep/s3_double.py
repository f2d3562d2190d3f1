"""An S3 server of moto's on loopback, with buckets made to order."""

from __future__ import annotations

import os
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from moto.backends import get_backend
from moto.server import ThreadedMotoServer

SECRET = "test-secret-nobody-uses"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "TESTKEYID0000",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Server:
    """Its address, and what lies behind it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def bucket(self, *, lock: bool = False) -> str:
        """A new bucket, which keeps versions and locks where `lock` is set."""
        name = f"objects-{secrets.token_hex(6)}"
        headers = {"x-amz-bucket-object-lock-enabled": "true"} if lock else {}
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT", headers=headers)
        urllib.request.urlopen(request, timeout=10).close()
        return name

    @staticmethod
    def backend():
        """What moto holds: buckets, keys, versions."""
        return get_backend("s3")["123456789012"]["aws"]

    def held(self, bucket: str) -> dict[str, list[bytes]]:
        """All bytes that lie in a bucket, of all versions, by key."""
        found: dict[str, list[bytes]] = {}
        for key, versions in self.backend().buckets[bucket].keys.lists():
            found[key] = [version.value for version in versions if hasattr(version, "value")]
        return found

    def versions(self, bucket: str, key: str):
        return self.backend().buckets[bucket].keys.getlist(key)


@contextmanager
def serving() -> Iterator[Server]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with mock.patch.dict(os.environ, CREDENTIALS):
        yield Server(f"http://{host}:{port}")
    server.stop()
