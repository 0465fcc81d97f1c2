"""The authority: aggregates, store, web. Frameworks allowed."""
