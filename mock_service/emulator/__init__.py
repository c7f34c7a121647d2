"""What happens to calls on their way: they are noted, disturbed on order, and throttled."""
