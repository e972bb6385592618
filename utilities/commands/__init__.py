"""The commands of run.py, one module each. They get what they need from run.py, also what lies above utilities."""
