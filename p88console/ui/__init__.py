"""The console on screen: the only package that draws."""
