"""Archive: everything about a runner handed out, or taken out for good."""
