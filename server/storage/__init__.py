"""Rows on disk; no table leaves this folder."""
