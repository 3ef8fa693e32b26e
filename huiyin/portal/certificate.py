"""`/certificate/`: the county's own certificate authority, and how a phone or computer comes to trust it.

Only where `huiyin serve --tls` made one; what makes it lives in `cli.certificate`.
"""

from hashlib import sha256
from pathlib import Path
from ssl import PEM_cert_to_DER_cert

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from huiyin.casework.permissions import entry
from huiyin.portal.page import page


def _authority() -> Path:
    path: Path = settings.HUIYIN_DATA / "tls" / "county-ca.crt"
    if not path.is_file():
        raise Http404
    return path


@entry("help.read")
@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    digest = sha256(PEM_cert_to_DER_cert(_authority().read_text("ascii"))).hexdigest().upper()
    pairs = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    return page(request, "portal/certificate.html", {"fingerprint": pairs})


@entry("help.read")
@require_safe
def download(_request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(_authority().read_bytes(), content_type="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="huiyin-county-ca.crt"'
    return answer
