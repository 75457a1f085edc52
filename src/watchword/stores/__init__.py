"""SQLAlchemy tables, repositories and migrations behind the ports of `flows`."""
