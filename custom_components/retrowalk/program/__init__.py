"""Programs and the session that takes a walker through one. Knows time and speeds."""
