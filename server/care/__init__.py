"""Care: who needs somebody, which ladders there are, and what was known of a runner a moment ago."""
