"""Retrowalk in a real Home Assistant, with a treadmill on the virtual radio."""
