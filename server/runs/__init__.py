"""Runs: what was recorded, typed in or said of a run becomes sessions that are measured."""
