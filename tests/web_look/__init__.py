"""What a person sees: pages in both languages, with hostile names, in a real browser."""
