"""The country an address is in, by a database in MaxMind's format; the address goes no further."""

from pathlib import Path
from types import TracebackType
from typing import Self

import maxminddb
from maxminddb import InvalidDatabaseError

from utilities.model.errors import SettingsError

INSTALLED = "geo.mmdb"
"""What `make geo` lays into DATA_DIR."""


class Places:
    """Countries from one file, '' from none."""

    def __init__(self, file: Path | None) -> None:
        """Raises SettingsError when there is a file and it cannot be read."""
        self._reader = None
        if file:
            try:
                self._reader = maxminddb.open_database(file)
            except (OSError, InvalidDatabaseError) as error:
                raise SettingsError(
                    f"GEOIP_DB names {file}, which is no database of places ({error}): `make geo` installs one."
                ) from error

    def country_of(self, address: str) -> str:
        """ISO 3166-1 alpha-2, '' when unknown. Reads both spellings there are of the field."""
        if self._reader is None:
            return ""
        try:
            found = self._reader.get(address)
        except (ValueError, InvalidDatabaseError):  # no address, an IPv6 one in a file of IPv4, a broken file
            return ""
        if not isinstance(found, dict):
            return ""
        country = found.get("country")
        code = country.get("iso_code") if isinstance(country, dict) else found.get("country_code")
        return code if isinstance(code, str) and len(code) == 2 else ""

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def file_of(named: Path | None, data_dir: Path) -> Path | None:
    """GEOIP_DB, or what `make geo` has installed, or nothing."""
    installed = data_dir / INSTALLED
    return named or (installed if installed.exists() else None)
