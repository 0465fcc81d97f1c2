"""The promises made to organizers, registrants and door staff, in their words."""
