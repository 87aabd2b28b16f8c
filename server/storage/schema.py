"""Schema: every table of the server in one metadata, for migrations and whoever copies a clinic."""

from __future__ import annotations

from server.storage.tables import arrivals, audit, columns, gateways, people, preferences, runs

ROOMS = (arrivals, audit, gateways, people, preferences, runs)
metadata = columns.metadata
