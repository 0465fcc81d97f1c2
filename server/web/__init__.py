"""The server's HTTP side: public API, enrolment, callbacks, sync."""
