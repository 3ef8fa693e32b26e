"""Attachments drawn anew: the pixels stay, where and who and what runs goes."""

import io
import struct
import zlib

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from huiyin.papers import pictures
from huiyin.papers.pictures import PictureFault, clean, kind

CANARY = b"canary-1f9c"


def photo(size: tuple[int, int] = (80, 40), orientation: int = 1) -> Image.Image:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    exif = image.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = CANARY.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 13.0, 5.0), 29: CANARY.decode()})
    return image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_photo_loses_where_and_who_and_keeps_its_pixels_upright() -> None:
    image = photo(orientation=6)
    data = saved(image, "JPEG", exif=image.getexif(), comment=CANARY, icc_profile=CANARY * 20, quality=95)
    assert data.count(CANARY) > 20
    mime, copy = clean(data)
    assert (mime, opened(copy).size, CANARY in copy) == ("image/jpeg", (40, 80), False)
    assert not opened(copy).getexif()
    red, green, _blue = opened(copy).convert("RGB").getpixel((36, 4))  # type: ignore[misc]
    assert red > 200
    assert green < 80


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_pictures_lose_their_notes(form: str) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("GPS", CANARY.decode())
    image = photo()
    options: dict[str, dict[str, object]] = {
        "PNG": {"pnginfo": notes},
        "WEBP": {"xmp": CANARY},
        "GIF": {"comment": CANARY},
    }
    data = saved(image, form, **options[form])
    assert CANARY in data
    mime, copy = clean(data)
    assert CANARY not in copy
    assert mime == ("image/jpeg" if form == "WEBP" else "image/png")
    assert opened(copy).size == (80, 40)
    assert clean(data) == (mime, copy)


def test_what_is_appended_to_a_picture_is_dropped() -> None:
    assert CANARY not in clean(saved(photo(), "PNG") + CANARY)[1]


def test_transparency_stays_and_animation_stops_at_the_first_frame() -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert opened(clean(saved(clear, "WEBP", lossless=True))[1]).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    gif = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    copy = opened(clean(gif)[1])
    assert getattr(copy, "n_frames", 1) == 1
    assert copy.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_drawn(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new(mode, (30, 30), 30_000 if mode == "I;16" else None)
    _mime, copy = clean(saved(image, form))
    assert opened(copy).size == (30, 30)
    if mode == "I;16":
        assert opened(copy).convert("L").getpixel((1, 1)) == pytest.approx(117, abs=2)


def test_large_pictures_are_made_smaller_and_small_ones_stay() -> None:
    assert opened(clean(saved(photo((4000, 1000)), "JPEG"))[1]).size == (2400, 600)
    assert opened(clean(saved(photo((50, 90)), "PNG"), max_side=60)[1]).size == (33, 60)


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(9_500, 9_000), (12_000, 8_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PictureFault, match="too many pixels"):
        clean(png_of(*size))


def test_damaged_pictures_are_refused() -> None:
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = saved(photo((200, 200)), form)
        with pytest.raises(PictureFault):
            clean(whole[: len(whole) // 2])
        with pytest.raises(PictureFault):
            clean(whole[:20])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 an executable", "Only pictures"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Only pictures"),
        (b"PK\x03\x04 an archive", "Only pictures"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
    ],
)
def test_other_types_are_refused_whatever_their_name(data: bytes, says: str) -> None:
    with pytest.raises(PictureFault, match=says):
        kind(data)


def test_the_limit_on_size_is_the_callers() -> None:
    with pytest.raises(PictureFault, match="larger than 1 MB"):
        clean(saved(photo(), "PNG") + bytes(1024**2), max_bytes=1024**2)


def pdf(pages: int = 2, **options: object) -> bytes:
    frames = [Image.new("RGB", (200, 300), colour) for colour in ("red", "blue", "green") * 30]
    return saved(
        frames[0], "PDF", save_all=True, append_images=frames[1:pages], title=CANARY.decode(), **options
    )


def test_a_pdf_becomes_pictures_of_its_pages_and_nothing_else() -> None:
    data = pdf()
    assert CANARY.decode().encode("utf-16-be") in data or CANARY in data
    mime, copy = clean(data)
    assert mime == "application/pdf"
    for word in (
        CANARY,
        b"/Info",
        b"/Metadata",
        b"/ID",
        b"Date",
        b"/Producer",
        b"/JavaScript",
        b"/OpenAction",
    ):
        assert word not in copy
    document = pdfium.PdfDocument(copy)
    assert len(document) == 2
    assert document[0].get_size() == pytest.approx((200, 300), abs=0.1)
    colour = document[1].render(scale=1).to_pil().convert("RGB").getpixel((100, 100))
    assert colour == pytest.approx((0, 0, 255), abs=6)
    assert clean(data) == (mime, copy)


def test_pdfs_that_cannot_be_shown_say_why() -> None:
    with pytest.raises(PictureFault, match="more than 2 pages"):
        clean(pdf(3), max_pages=2)
    for damaged in (b"%PDF-1.7\nnothing", pdf()[:300]):
        with pytest.raises(PictureFault, match=r"damaged|no pages"):
            clean(damaged)


def test_a_huge_page_is_drawn_no_larger_than_allowed() -> None:
    page = pictures.Page(saved(photo(), "JPEG"), (80, 40), 14_400, 7_200)
    document = pdfium.PdfDocument(clean(pictures.pdf_of([page]), max_side=300)[1])
    image = next(iter(document[0].get_objects()))
    assert image.get_px_size() == (300, 150)
