"""The contest: Street Warden beside the tools that people know, on the same clips and the same model.

``events`` says what an event is and how it is matched with the truth, the same for all; ``clips`` holds the clips and
their truth; one file a contestant (``ours``, ``bare``, ``ultralytics_track``, ``supervision_zone``, ``slices``);
``stage`` lets each run in a process of its own, in turn; ``neighbours`` asks the other benchmarks; ``rows`` and
``table`` make the answer.
"""
