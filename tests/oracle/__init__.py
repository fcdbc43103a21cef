"""The domain's rules read one listing at a time, in plain Python: what the arrays are held against. Written apart from them."""

from tests.oracle.arrival import minute_of_week
from tests.oracle.verdict import REASONS, WEIGHTS, Verdict
from tests.oracle.whole import Pace, Whole, judge, read

__all__ = ["REASONS", "WEIGHTS", "Pace", "Verdict", "Whole", "judge", "minute_of_week", "read"]
