"""How has a rate changed, and which areas are increasing, decreasing or stable?"""

from carerates.trends import rules
from carerates.trends.changes import Change, change
from carerates.trends.classes import Classification, classify
from carerates.trends.rules import Rule

__all__ = ["Change", "Classification", "Rule", "change", "classify", "rules"]
