"""What a file says of itself: type, dates, issuer, and where each value came from."""
