"""One module for each file format, chosen by the first bytes and never by the name."""
