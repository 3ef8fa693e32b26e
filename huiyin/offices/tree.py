"""Questions about the tree of offices. Small tables, read fresh: no process keeps a stale copy."""

from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from huiyin.offices.models import Office, Officer, Place


def bureau() -> Office | None:
    """The county's petition bureau (信访部门); None before `huiyin init`."""
    return Office.objects.filter(kind=Office.Kind.BUREAU).order_by("code").first()


def county_names() -> tuple[str, str]:
    """The county's Chinese and English names, for headings."""
    county = Office.objects.filter(kind=Office.Kind.COUNTY).order_by("code").first() or bureau()
    return (county.name_zh, county.name_en) if county else ("", "")


def deciding() -> list[Office]:
    """Offices that may be tasked with a matter, departments before towns."""
    return list(Office.objects.filter(decides=True).order_by("kind", "code"))


def offices() -> list[Office]:
    """Every office, from the top of the county down."""
    return list(Office.objects.order_by("kind", "code"))


def office(code: str) -> Office | None:
    return Office.objects.filter(code=code).first()


def names(codes: set[str], language: str) -> dict[str, str]:
    return {row.code: row.name_in(language) for row in Office.objects.filter(code__in=codes)}


def places() -> list[Place]:
    return list(Place.objects.order_by("code"))


def officer(login: str) -> Officer | None:
    return Officer.objects.filter(login=login).select_related("office").first()


def officers(logins: set[str]) -> list[Officer]:
    return list(Officer.objects.filter(login__in=logins)) if logins else []


def heads(office: str) -> list[str]:
    """Logins of those who answer for an office (负责人)."""
    found = Officer.objects.filter(office_id=office, role=Officer.Role.HEAD, is_active=True)
    return list(found.order_by("login").values_list("login", flat=True))


def logins(office: str) -> list[str]:
    """Of everybody who can log in at an office."""
    return list(Officer.objects.filter(office_id=office, is_active=True).values_list("login", flat=True))


def parents() -> dict[str, str]:
    """Every office and the one above it ("" at the top)."""
    return dict(Office.objects.values_list("code", "parent"))


def above_all(code: str, known: Mapping[str, str] | None = None) -> list[str]:
    """The offices above this one, nearest first. `known`: `parents()`."""
    up, found = parents() if known is None else known, []
    while (code := up.get(code, "")) and code not in found and code in up:
        found.append(code)
    return found


def above(code: str, closed: Collection[str] = ()) -> str:
    """The nearest office above that is not among `closed` (complained of); "" where there is none."""
    return next((one for one in above_all(code) if one not in closed), "")


def discipline(closed: Collection[str] = ()) -> str:
    """The office that receives accusations (纪检监察), none of `closed`; "" where there is none."""
    found = Office.objects.filter(kind=Office.Kind.DISCIPLINE).exclude(code__in=closed)
    return found.values_list("code", flat=True).order_by("code").first() or ""


def receiving(respondents: Collection[str], office: str = "") -> str:
    """Who registers an arrival at `office` (the bureau): another where that one is complained of."""
    own = office or bureau_code()
    if not own:
        raise RuntimeError("no petition bureau: run `huiyin init`")
    if own not in respondents:
        return own
    bureau = bureau_code()
    if bureau not in respondents:
        return bureau
    return discipline(respondents) or above(own, respondents) or above(bureau, respondents) or own


def registering(code: str) -> tuple[bool, str]:
    """(handles itself what it registers, its own book or "").

    An office with power to decide, no bureau, handles what it receives directly (Art. 23(2)).
    """
    # Three columns by primary key, on every registration: without the cost of building a model.
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, decides, book FROM offices_office WHERE code = %s", [code])
        found = cursor.fetchone()
    if found is None:
        return False, ""
    return found[0] != Office.Kind.BUREAU and bool(found[1]), found[2]


def bureau_code() -> str:
    """Code of the petition bureau; '' before `huiyin init`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(code) FROM offices_office WHERE kind = %s", [Office.Kind.BUREAU.value])
        found = cursor.fetchone()
    return found[0] or ""


def officer_names() -> list[tuple[str, str, str]]:
    """(login, office code, Chinese name) of every officer, to look for many texts in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT login, office_id, name_zh FROM offices_officer")
        found: list[tuple[str, str, str]] = cursor.fetchall()
    return found


def officers_named(text: str, known: Iterable[tuple[str, str, str]] | None = None) -> dict[str, str]:
    """Officers whose full name stands in `text`: login to office code. `known`: `officer_names()`."""
    names = officer_names() if known is None else known
    return {login: office for login, office, name in names if len(name) > 1 and name in text}
