"""Operation: what an operator does with a server: starts, copies, backs up, checks and brings files."""
