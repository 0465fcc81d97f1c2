"""The sale at the door: seats, names, money, the till of this desk."""
