"""What every aggregate is made of: messages, rows, deciders, processes, the codec."""
