"""The local mirror, the queue and the history: the only package that speaks SQL."""
