"""What people see; a page never computes."""
