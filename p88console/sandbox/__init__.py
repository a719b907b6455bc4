"""The practice race: the providers as real HTTP servers on loopback, around one invented race day.

The world is computed up front from a seed; every server answers as of the clock's present instant,
in its vendor's own wire form, and keeps what is written to it. It shares nothing with the product's
adapters, so that a misreading of a vendor cannot hide on both sides at once.
"""
