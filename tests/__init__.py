"""Retrowalk's tests."""
