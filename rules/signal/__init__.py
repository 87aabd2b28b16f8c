"""What the samples say: a recording sorted, held and cleaned, and the shapes that are found in it."""
