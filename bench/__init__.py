"""Speed, as ratios measured side by side: ``make bench``."""
