"""The demonstration: computer, phone and outbox side by side, with made-up people. Never part of a real installation."""
