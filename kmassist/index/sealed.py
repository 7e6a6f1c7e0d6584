"""Encrypted backups: the same file inside an age file (age-encryption.org/v1), which the program ``age`` opens too.

A backup holds everything, also what is forgotten later, and is what gets carried about. What is not encrypted yet is only
ever written beside the library, in a private folder that goes afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kmassist.errors import ConfigError, ExportError, IndexDamaged, IndexingError, MissingExtra
from kmassist.index import files
from kmassist.index.backup import backup, restore, work_folder

_MAGIC = b"age-encryption.org/v1"
_MOST_FOR_PASSPHRASE = 1 << 30
"""Bytes: with a passphrase the library that encrypts takes the whole file into memory."""
SHORTEST = 12
"""Characters of a passphrase."""


def is_sealed(path: Path) -> bool:
    """Whether a file is encrypted in this way."""
    with files.translated(path), path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def sealed_backup(library: Path, target: Path, *, passphrase: str = "", recipient: str = "") -> int:
    """Write an encrypted backup; gives the number of documents.

    Args:
        library: the library's folder.
        target: the file to write, replaced only when the new one is whole; mode 0600.
        passphrase: opens it again; or
        recipient: an age public key (``age1...``), whose owner alone can open it.

    Raises:
        ConfigError: the passphrase is short, or the recipient is no key.
        MissingExtra: pyrage is not installed.
        ExportError: it cannot be written.
    """
    if not recipient and len(passphrase) < SHORTEST:
        raise ConfigError(
            f"A passphrase has at least {SHORTEST} characters.", "Take four or five words."
        )
    age = _age()
    with work_folder(library.parent) as private, work_folder(target.parent) as work:
        plain, cipher = private / "plain.kmb", work / "cipher.age"
        count = backup(library, plain)
        try:
            if recipient:
                key = age.x25519.Recipient.from_str(recipient)
                with plain.open("rb") as source, files.new_file(cipher) as write:
                    age.encrypt_io(source, _Writer(write), [key])
            else:
                files.write_new(cipher, age.passphrase.encrypt(_read(plain), passphrase))
        except age.RecipientError as error:
            raise ConfigError(
                f"'{recipient[:80]}' is no age public key.", "It begins with age1."
            ) from error
        except OSError as error:
            raise ExportError(
                f"{target} could not be written ({error.strerror}).", "Check the folder."
            ) from error
        files.rename(cipher, target)
    return count


class _Writer:
    """A binary file to write to, as pyrage wants one."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def sealed_restore(source: Path, library: Path, *, passphrase: str = "", identity: str = "") -> int:
    """Make a library from an encrypted backup; gives the number of documents.

    Args:
        source: the encrypted file.
        library: the folder to make; it must not exist or be empty.
        passphrase: with which it was encrypted; or
        identity: the text of an age identity (``AGE-SECRET-KEY-1...``).

    Raises:
        IndexDamaged: it does not open with that, or what is in it is no backup.
    """
    age = _age()
    files.make_folder(library.parent)
    with work_folder(library.parent) as private:
        plain = private / "plain.kmb"
        try:
            if identity:
                lines = (line.strip() for line in identity.splitlines())
                keys = [
                    age.x25519.Identity.from_str(line)
                    for line in lines
                    if line and not line.startswith("#")
                ]
                with source.open("rb") as cipher, files.new_file(plain) as write:
                    age.decrypt_io(cipher, _Writer(write), keys)
            else:
                files.write_new(plain, age.passphrase.decrypt(_read(source), passphrase))
        except (age.DecryptError, age.IdentityError) as error:
            raise _does_not_open(source) from error
        except IndexingError as error:
            cause = error.__cause__
            if (
                isinstance(cause, OSError) and cause.errno is None
            ):  # so pyrage tells of a damaged stream
                raise _does_not_open(source) from error
            raise
        return restore(plain, library)


def _does_not_open(source: Path) -> IndexDamaged:
    return IndexDamaged(
        f"{source.name} does not open with that.",
        "Check the passphrase or the key, or use another backup.",
    )


def _read(path: Path) -> bytes:
    if path.stat().st_size > _MOST_FOR_PASSPHRASE:
        raise ConfigError(
            "The library is too large to encrypt with a passphrase.",
            "Give an age public key: --to age1...",
        )
    return path.read_bytes()


def _age() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise MissingExtra(
            "Encrypted backups need pyrage.", "Install it: pip install 'kmassist[encrypted]'"
        ) from error
    return pyrage
