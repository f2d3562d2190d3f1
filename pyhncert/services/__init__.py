"""Doors on top of the rooms, one folder a service; a service imports rooms and the conductor, and no other service."""
