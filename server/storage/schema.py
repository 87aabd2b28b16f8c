"""Schema: every table of the server in one metadata, for migrations and whoever copies a clinic."""

from __future__ import annotations

from server.storage.tables import alerts, arrivals, audit, columns, gateways, people, runs

ROOMS = (alerts, arrivals, audit, gateways, people, runs)
metadata = columns.metadata
