"""Fixtures of this folder."""

from tests.support.fixtures import agent, here, install, printer

__all__ = ["agent", "here", "install", "printer"]
