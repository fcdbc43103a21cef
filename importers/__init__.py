"""Where listings come from: each source reads its files' rows and says them in our field names. `sources` lists them."""
