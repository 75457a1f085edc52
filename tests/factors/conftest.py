"""The installation whose factors are met as people meet them."""

from tests.support.fixtures import here, install

__all__ = ["here", "install"]
