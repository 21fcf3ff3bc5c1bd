"""Builds the peers, measures them, and prints the tables; run.sh starts it."""
