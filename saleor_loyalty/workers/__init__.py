"""How work gets to the workers: waking them, their schedule, and turns that they take.

It may import models and conf. It promises that nobody who wakes a worker ever waits or fails.
"""
