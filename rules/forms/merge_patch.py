"""JSON Merge Patch (RFC 7396): the one way in which a stage or a programme is changed."""

from __future__ import annotations

from collections.abc import Mapping


def merge_patch(target: object, patch: object) -> object:
    """`target` with `patch` laid over it: null deletes, objects merge, anything else replaces. Neither is changed."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
