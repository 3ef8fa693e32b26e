"""`python -m huiyin.papers.rasterise MAX_SIDE MAX_PAGES`: a PDF on standard input, pictures of its pages out.

A process of its own, without environment and with bounded memory and time: PDFium reads files of strangers
in C++, is not safe among threads, and must never stand beside a key. Exit codes are `pictures.PDF_*`.
"""

import io
import resource
import sys

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from huiyin.papers import pictures

MEMORY = 2 * 1024**3
SECONDS = 45
DOTS_PER_INCH = 150


def main(max_side: int, max_pages: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        document = pdfium.PdfDocument(sys.stdin.buffer.read())
    except pdfium.PdfiumError as fault:
        protected = getattr(fault, "err_code", None) == raw.FPDF_ERR_PASSWORD
        return pictures.PDF_PROTECTED if protected else 1
    if len(document) > max_pages:
        return pictures.PDF_TOO_LONG
    if not len(document):
        return pictures.PDF_EMPTY
    document.init_forms()
    pages = [_drawn(document[index], max_side) for index in range(len(document))]
    sys.stdout.buffer.write(pictures.pdf_of(pages))
    return 0


def _drawn(page: pdfium.PdfPage, max_side: int) -> pictures.Page:
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, max_side / max(width, height, 1))
    image = page.render(scale=scale).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return pictures.Page(out.getvalue(), image.size, width, height)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
