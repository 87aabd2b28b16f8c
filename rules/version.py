"""The version of the rules: every stored verdict and every derived row names the one that made it."""

RULES_VERSION = "2"
