"""What programs see: version 1 of the HTTP interface."""
