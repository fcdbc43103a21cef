"""Judgements in plain text, what reads them, and the phrases that they are made of. `README.md` says how to add one."""
