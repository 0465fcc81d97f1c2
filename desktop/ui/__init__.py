"""The screens. Each asks one `Workspace` for rows and issues commands through it; no widget calls another screen's."""
