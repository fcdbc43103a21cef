"""A need meets the listings: every criterion answers for all of them at once, in arrays. No input, output or clock."""
