"""The rows as they lie on disk, one module a room; everything that grows is keyed by its runner first."""

from server.storage.tables import columns  # noqa: F401  # the one metadata must stand before the first table is written
