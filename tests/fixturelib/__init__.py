"""Documents, archives and mails for tests, written from readable sources at the moment a test wants them.

Nothing here uses the parsers of emoscan: the writers follow the specifications, and their own tests hold them against
independent readers. What they write is deterministic: equal arguments give equal bytes.
"""
