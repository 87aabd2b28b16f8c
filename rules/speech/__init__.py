"""How a verdict is said: words for the runner and the physio, amounts, and the evidence behind a number."""
