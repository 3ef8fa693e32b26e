"""Attachments made safe to show: pictures and PDFs drawn anew, without metadata or anything that runs.

A phone's photo says where a person was (EXIF); a PDF may carry scripts, names and earlier versions. Only
the pixels are kept. The type is told from the bytes, never from the name.
"""

import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from huiyin.papers.said import N_

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 2400
MAX_PAGES = 50
MAX_PIXELS = 80_000_000
PDF_SECONDS = 60

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


@dataclass(eq=False)
class PictureFault(Exception):
    """Why a file cannot be taken or shown: an English msgid for its sender, and its parameters."""

    reason: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.params


@dataclass(frozen=True)
class Page:
    """One page to draw: a JPEG and its size in points (1/72 inch)."""

    jpeg: bytes
    pixels: tuple[int, int]
    width: float
    height: float
    gray: bool = False


def kind(data: bytes, max_bytes: int = MAX_BYTES) -> str:
    """The MIME type told from the first bytes, or `PictureFault` when the file is not one we take."""
    if not data:
        raise PictureFault(N_("This file is empty."))
    if len(data) > max_bytes:
        raise PictureFault(
            N_("This file is larger than %(megabytes)d MB."), {"megabytes": max_bytes // 1024**2}
        )
    for magic, mime in _MAGIC:
        if data.startswith(magic):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise PictureFault(
            N_("This is a HEIC or AVIF picture. Save it as JPEG, or photograph a print of it.")
        )
    raise PictureFault(N_("Only pictures (JPEG, PNG, WebP, GIF) and PDF files can be attached."))


def clean(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_side: int = MAX_SIDE, max_pages: int = MAX_PAGES
) -> tuple[str, bytes]:
    """(MIME type, bytes) of a copy drawn anew: no metadata, upright, at most `max_side` pixels a side.

    A PDF becomes a PDF of page pictures, drawn in a process of its own. `PictureFault` when the file is
    of another type, damaged, protected, or would unpack into too many pixels or pages.
    """
    if kind(data, max_bytes) == "application/pdf":
        return "application/pdf", _clean_pdf(data, max_side, max_pages)
    return _clean_image(data, max_side)


def _clean_image(data: bytes, max_side: int) -> tuple[str, bytes]:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _refuse_bomb(image)
            image.draft("RGB", (max_side, max_side))
            return _redrawn(next(ImageSequence.Iterator(image)), max_side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureFault(N_("This picture has too many pixels. Save it smaller.")) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, StopIteration):
        raise PictureFault(N_("This picture is damaged and cannot be opened.")) from None


def _refuse_bomb(image: Image.Image) -> None:
    """Sizes are read from the header, before any pixel is unpacked."""
    if image.width * image.height > MAX_PIXELS:
        raise PictureFault(N_("This picture has too many pixels. Save it smaller."))


def _redrawn(image: Image.Image, max_side: int) -> tuple[str, bytes]:
    upright = ImageOps.exif_transpose(image)
    see_through = upright.has_transparency_data
    plain = _eight_bit(upright).convert("RGBA" if see_through else "RGB")
    plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    # A new image knows only pixels; the opened one drags comments, profiles and EXIF into what is saved.
    canvas = Image.new(plain.mode, plain.size)
    canvas.paste(plain)
    out = io.BytesIO()
    if see_through or image.format in {"PNG", "GIF"}:
        canvas.save(out, "PNG")
        return "image/png", out.getvalue()
    canvas.save(out, "JPEG", quality=85)
    return "image/jpeg", out.getvalue()


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scanners write 16-bit grey, which Pillow would clip to white."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image


def _clean_pdf(data: bytes, max_side: int, max_pages: int) -> bytes:
    """Draw the pages in a bare process: a reader of strangers' files must not share memory with keys."""
    command = [sys.executable, "-s", "-P", "-m", "huiyin.papers.rasterise", str(max_side), str(max_pages)]
    bare = {"PYTHONPATH": str(Path(__file__).parents[2])}
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=PDF_SECONDS, env=bare, check=False
        )
    except subprocess.TimeoutExpired:
        raise PictureFault(
            N_("This PDF takes too long to draw. Print it to a simpler PDF, or photograph it.")
        ) from None
    if done.returncode == 0:
        return done.stdout
    raise PictureFault(_PDF_FAULTS.get(done.returncode, _PDF_FAULTS[0]), {"pages": max_pages})


PDF_PROTECTED, PDF_TOO_LONG, PDF_EMPTY = 3, 4, 5
_PDF_FAULTS = {
    0: N_("This PDF is damaged and cannot be opened."),
    PDF_PROTECTED: N_("This PDF is protected by a password. Save it without one."),
    PDF_TOO_LONG: N_("This PDF has more than %(pages)d pages. Attach the pages that matter."),
    PDF_EMPTY: N_("This PDF has no pages."),
}


def pdf_of(pages: Sequence[Page]) -> bytes:
    """A PDF of pictures and nothing else (ISO 32000-1, 7.3–7.5): no Info, no XMP, no identifier, no date."""
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(pages)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
    ]
    for index, page in enumerate(pages):
        bodies += _page_objects(page, 3 + 3 * index)
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def _page_objects(page: Page, number: int) -> list[bytes]:
    drawing = f"q {page.width:.2f} 0 0 {page.height:.2f} 0 0 cm /P Do Q".encode()
    space = "DeviceGray" if page.gray else "DeviceRGB"
    image = (
        f"<</Type/XObject/Subtype/Image/Width {page.pixels[0]}/Height {page.pixels[1]}"
        f"/ColorSpace/{space}/BitsPerComponent 8/Filter/DCTDecode/Length {len(page.jpeg)}>>"
    )
    box = f"[0 0 {page.width:.2f} {page.height:.2f}]"
    return [
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents {number + 1} 0 R"
        f"/Resources<</XObject<</P {number + 2} 0 R>>>>>>".encode(),
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawing), drawing),
        image.encode() + b"\nstream\n" + page.jpeg + b"\nendstream",
    ]
