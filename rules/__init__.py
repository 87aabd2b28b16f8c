"""What it means: exposure in, verdict with reasons out. Pure; the moment of judgement is an argument."""
