"""What a human must look at."""
