"""Words to listings: the field's synonyms, the Whoosh index, the arrays read from it, and their generations on disk."""
