"""The factors a person can hold, one file each behind one small interface."""
