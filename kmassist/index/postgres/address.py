"""The URL of a library in PostgreSQL, and what of it may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from kmassist.errors import ConfigError

COMMON = "common"
"""The partition that every service reads and the region writes."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def check_name(name: str) -> str:
    """A partition's name, as it stands in the name of its schema.

    Raises:
        ConfigError: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"'{name[:60]}' cannot be the name of a service's partition.",
            "Use up to 40 small letters, digits and underscores, beginning with a letter.",
        )
    return name


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is and for which service it is opened.

    Attributes:
        conninfo: what libpq connects to; may hold a password.
        partition: the service's partition; empty for the only one that the role may write, else the common one.
        is_alone: nothing but that partition is read (``scope=own``): for moving a library, and for looking at one part.
    """

    conninfo: str
    partition: str
    is_alone: bool = False

    @classmethod
    def of(cls, rest: str) -> Address:
        """Read what follows ``postgresql:`` in a URL.

        Raises:
            ConfigError: it is no such URL.
        """
        parts = urlsplit(f"postgresql:{rest}")
        if not rest.startswith("//"):
            raise ConfigError(
                f"'postgresql:{rest[:60]}' is not the address of a database.",
                "Write postgresql://USER@HOST/DATABASE.",
            )
        options = parse_qsl(parts.query, keep_blank_values=True)
        partition = next((value for name, value in options if name == "partition"), "")
        alone = next((value for name, value in options if name == "scope"), "all")
        if alone not in ("own", "all"):
            raise ConfigError(f"'{alone[:20]}' is no scope.", "Use scope=own or scope=all.")
        kept = urlencode(
            [(name, value) for name, value in options if name not in ("partition", "scope")],
            quote_via=quote,
        )
        return cls(
            parts._replace(query=kept).geturl().replace("postgresql:/", "postgresql:///", 1)
            if not parts.netloc
            else parts._replace(query=kept).geturl(),
            check_name(partition) if partition else "",
            alone == "own",
        )

    @property
    def shown(self) -> str:
        """Where it is, without password and options, for people and logs."""
        from psycopg.conninfo import conninfo_to_dict

        parts = conninfo_to_dict(self.conninfo)
        user = f"{parts['user']}@" if parts.get("user") else ""
        port = f":{parts['port']}" if parts.get("port") else ""
        return f"postgresql://{user}{parts.get('host') or ''}{port}/{parts.get('dbname') or ''}"


def own_part(url: str) -> str:
    """A library's address, narrowed to its own partition; a folder stays what it is."""
    if "://" not in url or "scope=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}scope=own"
