"""The days of figures and of those that they are compared with, in words."""

from utilities.model.period_words import compared_days as compared_days
from utilities.model.period_words import format_days as format_days
