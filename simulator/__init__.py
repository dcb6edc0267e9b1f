"""A virtual radio with treadmills and wearables on it, for tests, the demo and a developer's bench.

Nothing in here is ever imported by the integration.
"""
