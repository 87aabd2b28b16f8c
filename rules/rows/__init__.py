"""The rows of the decision table, one small function each: a view in, the reasons that fire out."""
