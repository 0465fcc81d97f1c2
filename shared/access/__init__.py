"""Who takes part in a conference and what became of their messages: devices, held facts, erased persons."""
