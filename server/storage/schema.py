"""Schema: every table of the server in one metadata, for migrations and whoever copies a clinic."""

from __future__ import annotations

from server.storage.tables import (
    alerts,
    arrivals,
    audit,
    columns,
    doors,
    erased,
    gateways,
    people,
    preferences,
    programmes,
    rules_updates,
    runs,
)

ROOMS = (alerts, arrivals, audit, doors, erased, gateways, people, preferences, programmes, rules_updates, runs)
metadata = columns.metadata
