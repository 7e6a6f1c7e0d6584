"""Personal data found before anything is stored, small numbers masked before anything leaves."""
