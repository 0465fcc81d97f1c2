"""The keys, and the sheet that tells them."""
