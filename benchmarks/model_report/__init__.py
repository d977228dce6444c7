"""The model report: every figure of the model card, measured anew, and pictures of failures."""
