"""Tests of the wearables' room."""
