"""Rules that committees may set differently (2-domain, marked "config"): what is set at an organisation holds for everything
below it, until an organisation nearer by sets it again. Nothing else in the program knows a default of such a rule.
"""

from handbook.organizations.settings.queries import rules_at, rules_of
from handbook.organizations.settings.registry import Rules, default_rules

__all__ = ["Rules", "default_rules", "rules_at", "rules_of"]
