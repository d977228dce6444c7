"""The engine on many machines: hosts of cameras, who leads them, what hands frames on. Needs the extra ``cluster``."""
