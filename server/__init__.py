"""Keeps it, judges it, shows it."""
