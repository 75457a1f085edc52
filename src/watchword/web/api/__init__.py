"""The platform API (docs/platform-api.md)."""
