"""Tests of the belt's room."""
