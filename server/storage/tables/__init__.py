"""The rows as they lie on disk, one module a room; everything that grows is keyed by its runner first."""
