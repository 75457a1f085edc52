"""Pure rules: no I/O, no clock, no randomness; what they need arrives as arguments."""
