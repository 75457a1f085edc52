"""Password hashing, encryption of secrets at rest, and the keys both need."""
