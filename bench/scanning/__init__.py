"""A host that is scanned, and one that is watched: what is done to them, and what was noticed of it."""
