"""Scenes on a virtual belt: falls, and what only looks like one."""
