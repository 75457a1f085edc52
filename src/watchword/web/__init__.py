"""Routes and pages: they parse and render, and never decide."""
