"""The signs that call somebody: one module for each kind of them; alerts.py decides which are due."""
