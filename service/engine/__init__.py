"""The engine's process: runs the detector and talks to the office through its public API, like any other program."""
