"""Measures Lanyard against yardsticks from the same run; see docs/benchmarks.md. One module a group of figures."""
