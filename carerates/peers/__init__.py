"""Which areas have similar need, and which pairs contrast?"""

from carerates.peers.cases import CaseSelection, select_cases
from carerates.peers.contrasts import ContrastingPairs, contrasting_pairs
from carerates.peers.neighbours import SimilarAreas, similar_areas

__all__ = [
    "CaseSelection",
    "ContrastingPairs",
    "SimilarAreas",
    "contrasting_pairs",
    "select_cases",
    "similar_areas",
]
