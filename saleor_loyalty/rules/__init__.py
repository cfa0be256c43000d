"""The arithmetic of the programme: pure Python, no Django, exact numbers only."""
