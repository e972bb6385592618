"""Looks up the country of an IP address in a database in MaxMind's format; the address is not stored."""

from pathlib import Path
from types import TracebackType
from typing import Self

import maxminddb
from maxminddb import InvalidDatabaseError

from utilities.model.errors import SettingsError

GEOIP_FILE_NAME = "geo.mmdb"
"""The file that `make geo` installs in DATA_DIR."""


class CountryDatabase:
    """A country database; without a file every country is ''."""

    def __init__(self, file: Path | None) -> None:
        """Raises SettingsError when there is a file and it cannot be read."""
        self._reader = None
        if file:
            try:
                self._reader = maxminddb.open_database(file)
            except (OSError, ValueError, InvalidDatabaseError) as error:
                why = (error.strerror if isinstance(error, OSError) else "") or "it is in another format"
                raise SettingsError(
                    f"GEOIP_DB is not a country database that can be read ({why}): `make geo` installs one."
                ) from None

    def country_code(self, address: str) -> str:
        """Returns the ISO 3166-1 alpha-2 code, '' when unknown. Databases name the field in two ways; both work."""
        if self._reader is None:
            return ""
        try:
            record = self._reader.get(address)
        except (ValueError, InvalidDatabaseError):  # no address, an IPv6 one in a file of IPv4, a broken file
            return ""
        if not isinstance(record, dict):
            return ""
        country = record.get("country")
        code = country.get("iso_code") if isinstance(country, dict) else record.get("country_code")
        return code if isinstance(code, str) and len(code) == 2 else ""

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def geoip_file(configured: Path | None, data_dir: Path) -> Path | None:
    """Returns GEOIP_DB, or the file that `make geo` has installed, or None."""
    installed = data_dir / GEOIP_FILE_NAME
    return configured or (installed if installed.exists() else None)
