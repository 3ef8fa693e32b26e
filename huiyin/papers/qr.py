"""A QR code as a piece of SVG for pages and printed slips."""

import io

import segno


def svg(text: str, *, scale: int = 4) -> str:
    """An `<svg>` element of `text` (ISO/IEC 18004, error correction M), without XML declaration."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out, kind="svg", scale=scale, border=4, xmldecl=False, svgclass="qr", lineclass=None, nl=False
    )
    return out.getvalue().decode()
