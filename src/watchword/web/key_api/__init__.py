"""The API of Watchword Key on its own origin (protocol/spec.md)."""
