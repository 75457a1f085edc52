"""The staff console on a host of its own: parses and renders; what a role may do is decided in core and flows."""
