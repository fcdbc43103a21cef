"""The referral directory: listings, who said what about them, and which of them admit this person tonight."""
