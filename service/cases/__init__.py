"""Cases: the records that people work on."""
