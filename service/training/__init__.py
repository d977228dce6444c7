"""Learning from the desk: reviewed cases as photos and labels for training."""
