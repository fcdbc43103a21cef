"""How fast the core is beside other engines, and whether all of them say what a slow, plain reading says. See `bench`."""
