"""A paper of headed parts as a page that any browser opens without a network, and as PDF."""

import html

from huiyin.papers import pdf

STYLE = """
body{font:16px/1.7 'Noto Serif CJK SC','Songti SC',SimSun,serif;max-width:46rem;margin:2rem auto;
padding:0 1rem;color:#111}
h1{font-size:1.6rem;text-align:center}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #999}
p{margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.meta{text-align:center;color:#444}
@media print{body{margin:0}}
"""


def page(paper: pdf.Document) -> bytes:
    """The paper as one HTML file; every word in it is plain text."""
    said = html.escape
    parts = [
        f'<!doctype html>\n<html lang="{said(paper.language)}">\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{said(paper.title)} {said(paper.number)}</title>\n<style>{STYLE}</style>",
        f'<h1>{said(paper.title)}</h1>\n<p class="meta">{said(paper.number)} · {said(paper.organ)}</p>',
    ]
    if paper.addressee:
        parts.append(f"<p>{said(paper.addressee)}</p>")
    for section in paper.sections:
        parts.append(f"<h2>{said(section.heading)}</h2>" if section.heading else "")
        parts += [f"<p>{said(text)}</p>" for text in section.paragraphs]
    parts.append(f'<p class="meta">{said(paper.date)}</p>\n<p class="meta">{said(paper.footer)}</p>\n</html>')
    return "\n".join(parts).encode() + b"\n"


def written(name: str, paper: pdf.Document) -> dict[str, bytes]:
    """The paper under both its file names."""
    return {f"{name}.html": page(paper), f"{name}.pdf": pdf.render(paper)}
