"""`watchword staff …` and `watchword break-glass`: the institution's own people at the machine's shell, each by name."""
