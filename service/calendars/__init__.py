"""Working hours: weekly hours, public holidays and make-up working days, kept as data."""
