"""Gateways: how one is let in, whose sensors it hears, how much it may bring, and what it says while a run goes on."""
