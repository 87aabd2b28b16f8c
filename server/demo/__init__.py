"""A demonstration: an invented clinic, and a run that is recorded before your eyes."""
