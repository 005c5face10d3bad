"""Connections: where another system is, and how to log in there."""

from couture.model.connection import Connection

__all__ = ["Connection"]
