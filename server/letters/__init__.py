"""Letters: how words of the outbox reach people, by which way, and what stands about the house itself."""
