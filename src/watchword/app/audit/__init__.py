"""The commands of `watchword audit`: verifying, searching and exporting what was written down, proofs, heads, erasure."""
