"""Inquiries into a loop's log while it is served: kept, answered in the background, applied."""
