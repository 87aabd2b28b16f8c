"""People: who may come in, how they show that it is them, and for whom they stand in."""
