"""A state database that needs no migration any more: all migrations take a fifth of a start of Foyer."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import SECRET
from utilities.accounts.database.engines import create_database_engine
from utilities.accounts.database.migrate import run_migrations
from utilities.config.settings import Settings


@cache
def migrated_database() -> bytes:
    """Returns an empty SQLite state database after all migrations, which take a fifth of a start of Foyer."""
    with TemporaryDirectory() as folder:
        engine = create_database_engine(Settings(data_dir=Path(folder), secret_key=SECRET))
        run_migrations(engine)
        engine.dispose()
        return (Path(folder) / "state.sqlite").read_bytes()


def prepare_database(settings: Settings) -> None:
    """Writes an empty state database where these settings want a new SQLite file."""
    file = settings.data_dir / "state.sqlite"
    if not (settings.database_url.get_secret_value() or file.exists()):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_bytes(migrated_database())
