"""`holdback health`: what a container's own check asks, with TLS and without, and what it says of the dead."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
import yaml
from click.testing import CliRunner

from gateway.cli import main


class _Says(BaseHTTPRequestHandler):
    """Alive, and not ready."""

    def do_GET(self) -> None:
        status = {"/healthz": 200, "/readyz": 503, "/elsewhere": 302}.get(self.path, 404)
        self.send_response(status)
        self.send_header("Location", "/healthz")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_of: object) -> None:
        pass


@contextmanager
def served(context: ssl.SSLContext | None = None) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Says) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served() as at:
        yield at


def asked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        main, ["health", *arguments], env={"HTTP_PROXY": "http://127.0.0.1:9", "HOLDBACK_KEY": "k" * 24}
    )
    return result.exit_code, result.output


def configured(folder: Path, **more: object) -> str:
    file = folder / "holdback.yaml"
    file.write_text(yaml.safe_dump({"upstream": {"base_url": "http://127.0.0.1:1/v1"}, **more}), encoding="utf-8")
    return str(file)


def test_it_asks_where_the_configuration_listens(port: int, tmp_path: Path) -> None:
    config = configured(tmp_path, host="0.0.0.0", port=port)
    assert asked("--config", config) == (0, "/healthz: 200\n")
    assert asked("--config", config, "--ready") == (1, "/readyz: 503\n")


def test_under_tls_the_name_in_the_certificate_does_not_matter(tmp_path: Path) -> None:
    leaf = trustme.CA().issue_cert("gateway.example.com")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    tls = {"cert_file": str(tmp_path / "cert.pem"), "key_file": str(tmp_path / "key.pem")}
    with served(context) as at:
        assert asked("--config", configured(tmp_path, port=at, tls=tls))[0] == 0
        assert asked("--config", configured(tmp_path, port=at))[0] == 1


def test_who_does_not_answer_is_dead(tmp_path: Path) -> None:
    with served() as at:
        pass
    assert asked("--config", configured(tmp_path, port=at)) == (1, "/healthz: no answer\n")


def test_a_url_is_asked_as_it_is(port: int) -> None:
    assert asked("--url", f"http://127.0.0.1:{port}/healthz")[0] == 0
    assert asked("--url", f"http://127.0.0.1:{port}/elsewhere")[0] == 1


@pytest.mark.parametrize("arguments", [(), ("--url", "ftp://a/"), ("--url", "http://a/", "--config", "b")])
def test_what_is_no_question(arguments: tuple[str, ...]) -> None:
    assert asked(*arguments)[0] == 2


def test_a_configuration_that_cannot_be_used(tmp_path: Path) -> None:
    assert asked("--config", configured(tmp_path, prot=1))[0] == 78
