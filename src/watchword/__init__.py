"""Watchword: a secure login system that an institution runs itself."""

__version__ = "0.1.0"
