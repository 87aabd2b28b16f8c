"""Around: what stands about every request: logs, numbers, proxies, sound addresses and an absent database."""
