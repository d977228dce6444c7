"""Training data for the street model: checking, labelling and assembling it (`python -m datasets`)."""
