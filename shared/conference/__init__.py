"""Conference Management: the conference, its seat types, its devices."""
