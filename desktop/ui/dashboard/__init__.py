"""How a conference is doing, at a glance."""
