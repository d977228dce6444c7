"""Training data for the street model: reading, checking, teacher labels and assembling. Run `python -m datasets`."""
