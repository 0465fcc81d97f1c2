"""The domain and the contract: pure Python, no I/O. Start with `shared/domain.py`."""
