"""The QR code of a ticket, for pages and PDFs: level M, which a scratched phone or a fold still lets through."""

from io import BytesIO

import segno


def qr_svg(code: str) -> str:
    """A square `<svg>` in black on white with its quiet zone, as wide as what it stands in.

    Ticket codes are made for the alphanumeric mode, in which fewer and so larger squares hold them.
    """
    drawn = BytesIO()
    made = segno.make(code, error="m", mode="alphanumeric", micro=False, boost_error=False)
    made.save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, light="#fff", border=4, svgclass=None)
    return drawn.getvalue().decode().strip()
