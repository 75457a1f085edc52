"""Use cases, one transaction each; `ports.py` says what they need from outside."""
