"""What the institution's own people do: each step as a named member of staff, checked anew in the transaction that acts."""
