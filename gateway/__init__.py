"""Brings it here: reads the sensors, keeps every byte, hands them over once. Never judges, never loses."""
