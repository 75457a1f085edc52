"""Fixtures of this folder."""

from tests.support.fixtures import here, install

__all__ = ["here", "install"]
