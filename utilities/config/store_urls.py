"""Checks of the addresses of stores and proxies: REDIS_URL, DATABASE_URL, CLICKHOUSE_URL, HTTPS_PROXY.

Each check returns the normalized address or raises ValueError, whose text never repeats a part of the address except
the names of its options.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from utilities.config.secret_checks import is_key_material, is_random_token
from utilities.model.near_names import find_near_name

ENCODING_HINT = (
    "the password or the user name holds a character that must be percent-encoded: "
    "write %40 for @, %3A for :, %2F for /, %3F for ?, %23 for # and %25 for %"
)
TLS_OPTIONS = frozenset(
    {"ssl_cert_reqs", "ssl_ca_certs", "ssl_ca_path", "ssl_ca_data", "ssl_certfile", "ssl_keyfile", "ssl_password"}
    | {"ssl_check_hostname", "ssl_min_version", "ssl_ciphers"}
)
REDIS_OPTIONS = frozenset({"db", "username", "password", "client_name"})
REDIS_SET_BY_FOYER = frozenset(
    {"socket_timeout", "socket_connect_timeout", "socket_read_size", "socket_keepalive", "retry_on_timeout", "timeout"}
    | {"max_connections", "health_check_interval", "protocol", "decode_responses", "legacy_responses"}
)
CERTIFICATE_CHECKS = ("none", "optional", "required")
TLS_VERSIONS = {"TLSv1_2": "771", "TLSv1.2": "771", "TLSv1_3": "772", "TLSv1.3": "772", "771": "771", "772": "772"}
POSTGRESQL_OPTIONS = frozenset(  # of libpq 17 and 18
    {"host", "hostaddr", "port", "user", "password", "dbname", "passfile", "service", "options", "application_name"}
    | {"fallback_application_name", "client_encoding", "channel_binding", "require_auth", "requirepeer"}
    | {"sslmode", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslcertmode", "sslrootcert"}
    | {"sslcrl", "sslcrldir", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version"}
    | {"min_protocol_version", "max_protocol_version", "target_session_attrs", "load_balance_hosts"}
    | {"gssencmode", "krbsrvname", "gsslib", "gssdelegation", "scram_client_key", "scram_server_key"}
)
POSTGRESQL_SET_BY_FOYER = frozenset(
    {"connect_timeout", "tcp_user_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"}
)
CLICKHOUSE_OPTIONS = frozenset(
    {"verify", "ca_cert", "client_cert", "client_cert_key", "server_host_name", "tls_mode", "compress", "proxy_path"}
    | {"client_name", "database", "secure", "send_receive_timeout"}
)


def split_address(value: str, *schemes: str) -> SplitResult:
    """Returns the parts of an address with one of the schemes; raises ValueError when a library could misread it."""
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueError("it must begin with " + " or ".join(f"{scheme}://" for scheme in schemes))
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("there is a space or a line break in it; write %20 for a space")
    authority, _, rest = re.sub("[/?#]", "\0", value.partition("://")[2], count=1).partition("\0")
    if authority.count("@") > 1 or "@" in rest or "#" in value:
        raise ValueError(ENCODING_HINT)
    user = authority.rpartition("@")[0]
    if re.search("%(?![0-9A-Fa-f]{2})", user):
        raise ValueError(ENCODING_HINT)
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for anything but a number)
    except ValueError:
        raise ValueError(f"its host or its port cannot be read; perhaps {ENCODING_HINT}") from None
    return parts


def check_options(parts: SplitResult, allowed: Collection[str], set_by_foyer: Collection[str] = ()) -> dict[str, str]:
    """Returns the options after the `?`; raises ValueError with the names of those that would have no effect."""
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name in set_by_foyer:
            raise ValueError(f"Foyer sets {name} itself; leave it out")
        if name not in allowed:
            similar = find_near_name(name, allowed)
            hint = f"did you mean {similar}?" if similar else f"there are {', '.join(sorted(allowed))}"
            shown = f"the option {name}" if re.fullmatch(r"[a-z_]{2,30}", name) else "one of its options"
            raise ValueError(f"{shown} does not exist here; {hint}")
    return options


def check_files_exist(options: Mapping[str, str], *names: str) -> None:
    """Raises ValueError when an option names a file that is not there."""
    for name in names:
        if name in options and options[name] not in ("system", "certifi") and not Path(options[name]).is_file():
            raise ValueError(f"{name} names a file that does not exist; write its path from the root, with / first")


def check_redis_url(value: str) -> str:
    """Returns the address of a Redis unchanged; the options of its TLS connection are obeyed."""
    if not value:
        return value
    parts = split_address(value, "redis", "rediss", "unix")
    allowed = REDIS_OPTIONS | REDIS_SET_BY_FOYER | (TLS_OPTIONS if parts.scheme == "rediss" else frozenset())
    if parts.scheme != "rediss" and any(name.startswith("ssl_") for name, _ in parse_qsl(parts.query)):
        raise ValueError("TLS options have no effect without TLS: it must begin with rediss://")
    options = check_options(parts, allowed)
    if options.get("ssl_cert_reqs", "required") not in CERTIFICATE_CHECKS:
        raise ValueError(f"ssl_cert_reqs must be one of {', '.join(CERTIFICATE_CHECKS)}")
    if options.get("ssl_check_hostname", "true").lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("ssl_check_hostname must be true or false")
    if options.get("ssl_min_version", "771") not in TLS_VERSIONS:
        raise ValueError("ssl_min_version must be TLSv1.2 or TLSv1.3")
    check_files_exist(options, "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
    number = options.get("db") or (parts.path.strip("/") if parts.scheme != "unix" else "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 5):
        raise ValueError("what follows the host must be the number of a database, like /0")
    return re.sub(r"(?<=[?&]ssl_min_version=)[^&]+", lambda version: TLS_VERSIONS[unquote(version[0])], value)


def ineffective_redis_options(redis_url: str) -> list[str]:
    """Returns the options of REDIS_URL that Foyer sets itself, whatever the address says."""
    return [name for name, _ in parse_qsl(urlsplit(redis_url).query) if name in REDIS_SET_BY_FOYER]


def check_database_url(value: str) -> str:
    """Returns an address for SQLAlchemy; Heroku still uses `postgres://`, which SQLAlchemy does not accept."""
    if not value:
        return value
    renamed = re.sub(r"^postgres(ql)?(\+(psycopg2?|asyncpg|pg8000))?://", "postgresql://", value)
    if re.match(r"[a-z]+\+", renamed):
        raise ValueError("leave out the driver: it must begin with postgresql:// or sqlite:///")
    if renamed.startswith("sqlite://"):
        if not re.fullmatch(r"sqlite://(/[^?@#]+)?", renamed):
            raise ValueError("a SQLite database is written as sqlite:///folder/file, without options")
        return renamed
    parts = split_address(renamed, "postgresql", "sqlite")
    options = check_options(parts, POSTGRESQL_OPTIONS, POSTGRESQL_SET_BY_FOYER)
    check_files_exist(options, "sslrootcert", "sslcert", "sslkey", "sslcrl")
    return renamed


def check_clickhouse_url(value: str) -> str:
    """Returns the address of a ClickHouse unchanged."""
    if value:
        parts = split_address(value, "http", "https", "chdb")
        if parts.scheme != "chdb":
            ours = {"connect_timeout", "autogenerate_session_id", "interface"}
            check_files_exist(
                check_options(parts, CLICKHOUSE_OPTIONS, ours), "ca_cert", "client_cert", "client_cert_key"
            )
    return value


def check_proxy_url(value: str) -> str:
    """Returns the address of an HTTP proxy, `http://` added where there is no scheme."""
    if not value:
        return value
    address = value if "://" in value else f"http://{value}"
    parts = split_address(address, "http")
    host = parts.netloc.rpartition("@")[2]
    if (
        not parts.hostname
        or is_key_material(host)
        or is_random_token(host)
        or "," in host
        or parts.path.strip("/")
        or parts.query
    ):
        raise ValueError("it must be the address of a proxy, like http://proxy.example.com:3128")
    return address.rstrip("/")


def is_certificate_unchecked(redis_url: str) -> bool:
    """Whether a rediss:// address says that any certificate is accepted."""
    options = dict(parse_qsl(urlsplit(redis_url).query))
    return options.get("ssl_cert_reqs") == "none"


def telling_host(address: str) -> str:
    """Returns the host of an address; '' when there is none, or when it is a usual word like redis or localhost."""
    try:
        host = unquote(urlsplit(address).hostname or "")
    except ValueError:
        return ""
    return host if re.search(r"[^a-z]", host) and not host.startswith("127.") else ""
