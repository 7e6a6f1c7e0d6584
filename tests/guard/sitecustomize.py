"""Imported by every Python that finds this folder on its path."""

import socket_guard  # noqa: F401
