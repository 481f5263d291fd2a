"""`holdback verify`: proves a running gateway from outside. It is the client and the model provider at once, plants
values, and looks for them on the other side. It shares with the gateway what personal data looks like (the catalogue's
examples), and nothing of how it is found, held back or replaced.
"""
