"""Simulation: random streets with known offences, seen through a detector with known faults."""

from detector.simulation.observer import Faults
from detector.simulation.report import STREET_SECONDS, Outcome, Report, Share, Tally, agreement, trials
from detector.simulation.results import Results
from detector.simulation.street import Street, random_street
from detector.simulation.trial import Trial, run_trial

__all__ = [
    "STREET_SECONDS",
    "Faults",
    "Outcome",
    "Report",
    "Results",
    "Share",
    "Street",
    "Tally",
    "Trial",
    "agreement",
    "random_street",
    "run_trial",
    "trials",
]
