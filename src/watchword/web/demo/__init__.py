"""The demonstration, never part of a real installation: computer, phone and outbox side by side, with made-up people."""
