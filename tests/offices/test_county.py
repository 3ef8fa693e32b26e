"""A county file becomes offices, places and officers: all or nothing, and again without harm."""

from pathlib import Path

import pytest

from huiyin.cli import seed
from huiyin.offices import tree
from huiyin.offices.county import CountyFault, load_county, one_office_county
from huiyin.offices.models import Office, Officer, Place

pytestmark = pytest.mark.django_db

GOOD = """
[[office]]
code = "xfj"
kind = "bureau"
name.zh = "县信访局"
name.en = "Bureau"

[[office]]
code = "zjj"
kind = "department"
decides = true
name = "住建局"
address.zh = "政务路4号"
phone = "0000-5550102"

[[place]]
code = "mujiang"
name.zh = "沐江镇"
name.en = "Mujiang"

[[officer]]
login = "clerk"
office = "xfj"
role = "clerk"
name.zh = "陆知禾"
post.zh = "窗口接待员"
post.en = "Counter clerk"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "county.toml"
    path.write_text(text, encoding="utf-8")
    return path


def tables() -> tuple[int, int, int]:
    return Office.objects.count(), Place.objects.count(), Officer.objects.count()


def test_a_file_becomes_a_county(tmp_path: Path) -> None:
    assert load_county(written(tmp_path, GOOD)) == {"offices": 2, "places": 1, "officers": 1}
    housing = Office.objects.get(code="zjj")
    assert (housing.decides, housing.name_in("zh-hans"), housing.name_in("en")) == (True, "住建局", "住建局")
    clerk = Officer.objects.get(login="clerk")
    assert (clerk.post_in("zh-hans"), clerk.post_in("en"), clerk.office_id) == (
        "窗口接待员",
        "Counter clerk",
        "xfj",
    )
    assert not clerk.has_usable_password()  # nobody logs in with a password that was never set
    assert tree.bureau_code() == "xfj"


def test_loading_again_changes_what_changed_and_keeps_passwords(tmp_path: Path) -> None:
    load_county(written(tmp_path, GOOD), "first-password-1")
    clerk = Officer.objects.get(login="clerk")
    assert clerk.check_password("first-password-1")
    clerk.set_password("my-own-password")
    clerk.save()
    load_county(written(tmp_path, GOOD.replace("窗口接待员", "主任")), "first-password-1")
    clerk = Officer.objects.get(login="clerk")
    assert clerk.check_password("my-own-password")
    assert clerk.post_zh == "主任"
    assert tables() == (2, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "bureau"', 'kind = "palace"', "unknown kind 'palace'"),
        ('name.zh = "沐江镇"\nname.en = "Mujiang"', "", "place 'mujiang': has no 'name'"),
        ('role = "clerk"', 'role = "boss"', "unknown role 'boss'"),
        ('office = "xfj"', 'office = "nowhere"', "no office 'nowhere'"),
        ('login = "clerk"', "", "has no 'login'"),
        ('post.zh = "窗口接待员"\npost.en = "Counter clerk"', "", "officer 'clerk': has no 'post'"),
        ('code = "xfj"', 'code = "xfj', "county.toml"),
        ('code = "xfj"', "code = 7", "office 7: 'code' must be text"),
        ('code = "xfj"', 'code = "xf,j"', "letters, digits"),
        ("decides = true", 'decides = "no"', "office 'zjj': 'decides' must be true or false"),
        ('name = "住建局"', "name = 7", "office 'zjj': 'name' must be text"),
        ('name = "住建局"', "name = { zh = 7 }", "office 'zjj': 'name' must be text"),
        ('name = "住建局"', f'name = "{"局" * 121}"', "'name_zh' may have at most 120"),
        ('phone = "0000-5550102"', "phone = 5550102", "office 'zjj': 'phone' must be text"),
        ('code = "zjj"', 'code = "zjj"\nparent = "nowhere"', "there is no office 'nowhere' above it"),
        ('code = "zjj"', 'code = "zjj"\nparent = "zjj"', "'zjj' stands above itself"),
        ('code = "zjj"', f'code = "{"z" * 33}"', "'code' may have at most 32"),
    ],
)
def test_a_fault_names_the_entry_and_nothing_is_kept(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CountyFault, match=said):
        load_county(written(tmp_path, GOOD.replace(old, new, 1)))
    assert tables() == (0, 0, 0)


@pytest.mark.parametrize(
    "text", ["office = 7", "office = [7]", "place = 'x'", "officer = true", "[office]\ncode = 'x'"]
)
def test_a_file_of_another_shape_is_told_so_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(CountyFault, match="must be a list of tables"):
        load_county(written(tmp_path, text))


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CountyFault):
        load_county(path)
    with pytest.raises(CountyFault):
        load_county(tmp_path / "missing.toml")


def test_without_a_file_there_is_one_office_for_everything() -> None:
    for _ in range(2):
        one_office_county()
    assert tables() == (1, 0, 5)
    assert tree.bureau_code() == "xfj"
    assert tree.county_names() == ("县信访局", "County Petition Bureau")


def test_the_invented_county_is_whole() -> None:
    counts = load_county(seed.COUNTY)
    assert counts["offices"] >= 40
    assert counts["places"] >= 20
    roles = set(Officer.objects.values_list("role", flat=True))
    assert roles == {"clerk", "officer", "head", "supervisor", "custodian"}
    deciding = {office.code for office in tree.deciding()}
    assert tree.bureau_code() not in deciding
    towns = set(Office.objects.filter(kind="town").values_list("code", flat=True))
    assert set(Place.objects.values_list("code", flat=True)) == towns


def test_officers_named_in_a_letter_are_found_by_their_whole_name(tmp_path: Path) -> None:
    load_county(written(tmp_path, GOOD))
    assert tree.officers_named("窗口的陆知禾态度很好") == {"clerk": "xfj"}
    assert tree.officers_named("陆知") == {}
    assert tree.officers_named("") == {}
    one = tree.officer_names()
    assert tree.officers_named("陆知禾", one) == {"clerk": "xfj"}


def test_who_handles_what_it_registers_and_by_which_book(tmp_path: Path) -> None:
    load_county(written(tmp_path, GOOD.replace("decides = true", 'decides = true\nbook = "in-cpgrams"')))
    assert tree.registering("zjj") == (True, "in-cpgrams")
    assert tree.registering("xfj") == (False, "")
    assert tree.registering("nowhere") == (False, "")


def test_the_office_above_is_the_nearest_that_is_not_complained_of() -> None:
    load_county(seed.COUNTY)
    assert tree.above_all("zjj") == ["linjiang", "yunzhou"]
    assert tree.above("zjj") == "linjiang"
    assert tree.above("linjiang") == "yunzhou"
    assert tree.above("yunzhou") == ""
    assert tree.above("zjj", {"linjiang"}) == "yunzhou"
    assert tree.above("zjj", {"linjiang", "yunzhou"}) == ""
    assert tree.above("nowhere") == ""
    assert tree.discipline() == "jw"
    assert tree.discipline({"jw"}) == ""


def test_whoever_reviews_and_receives_accusations_has_officers() -> None:
    load_county(seed.COUNTY)
    roles = {
        code: set(Officer.objects.filter(office=code).values_list("role", flat=True))
        for code in ("linjiang", "yunzhou", "jw")
    }
    assert roles["linjiang"] == {"officer", "head", "supervisor"}
    assert roles["yunzhou"] >= {"officer", "head"}
    assert roles["jw"] >= {"clerk", "officer", "head"}
