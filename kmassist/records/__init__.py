"""What people decide, contribute, share and keep beside the sources."""
