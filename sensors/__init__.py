"""What was measured: bytes in, values out. Pure; no disk, no network, no clock."""
