"""Sabotages: one thing in nnscratch broken at a time, to see whether the suite notices.

A check counts only once it has been seen to fail. Each sabotage replaces a function or an attribute
of nnscratch, runs the ordinary units that should notice, and is caught if one of them leaves its
band. Nothing in the units knows of it.
"""
