"""The line to a shop's Saleor: connections, sealed tokens, its channels, catalogue and branding.

It may import workers, database and models. It promises that a shop that does not answer is left in
peace for a while, and that no token is stored or logged in the clear.
"""
