"""What a registrant keeps: tickets and invoices as PDF, the conference for a calendar. Plain values in, bytes out."""
