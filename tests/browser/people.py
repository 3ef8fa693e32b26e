"""Who uses the pages: a petitioner with a form and a code, an officer with an account."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload

from tests.browser.window import Window

PASSWORD = "linjiang-demo-2026"
# The button that a person sees; a hidden twin before it answers the Enter key.
VISIBLE = ":not([aria-hidden])"
NEXT, SEND = f"button[value=next]{VISIBLE}", f"button[value=send]{VISIBLE}"


@dataclass(frozen=True)
class Matter:
    """What a petitioner types over the three pages."""

    body: str
    requests: tuple[str, ...] = ("请派人查看并答复",)
    purpose: str = "request"
    respondent: str = ""
    place: str = "mujiang"
    place_detail: str = "翠屏里3栋"
    occurred: str = "从去年冬天起"
    identity: str = "open"
    name: str = "郑守田"
    phone: str = "130-0000-0042"
    papers: tuple[FilePayload, ...] = ()


@dataclass(frozen=True)
class Slip:
    """What the last page gives: the code in four groups, the number, the three files."""

    code: str
    number: str
    files: list[Path] = field(default_factory=list)


def photo() -> FilePayload:
    """A phone's picture that says where it was taken and by which device."""
    picture, exif = Image.linear_gradient("L").convert("RGB"), Image.Exif()
    exif[0x010F] = "Dianhua Phone"
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 42.5), 3: "E", 4: (110.0, 20.0, 7.25)}
    data = io.BytesIO()
    picture.save(data, "JPEG", exif=exif)
    return {"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


class Petitioner:
    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    # --- filing -------------------------------------------------------------------------------

    def fill(self, matter: Matter) -> None:
        """Everything up to the last page, Send not yet pressed."""
        self.window.go("/file/")
        self.say_what(matter)
        self.say_where(matter)
        self.say_who(matter)

    def say_what(self, matter: Matter) -> None:
        self.page.fill("#body", matter.body)
        for number, request in enumerate(matter.requests, 1):
            if not self.page.locator(f"#request-{number}").count():
                self.window.press("button[value=add]")
            self.page.fill(f"#request-{number}", request)
        self.page.check(f"[name=purpose][value={matter.purpose}]")
        self.page.check(f"[name=about][value={'yes' if matter.respondent else 'no'}]")
        if matter.respondent:
            self.page.select_option("#respondent-1", matter.respondent)
        self.window.press(NEXT)

    def say_where(self, matter: Matter) -> None:
        self.page.select_option("#place", matter.place)
        self.page.fill("#place_detail", matter.place_detail)
        self.page.fill("#occurred", matter.occurred)
        self.window.press(NEXT)

    def say_who(self, matter: Matter) -> None:
        self.page.check(f"[name=identity][value={matter.identity}]")
        if matter.identity != "none":
            self.page.fill("#name", matter.name)
            self.page.fill("#phone", matter.phone)
        if matter.papers:
            self.page.set_input_files("#attachments", list(matter.papers))

    def send(self) -> Slip:
        self.window.press(SEND)
        return Slip(self.code(), self.page.locator(".slip__receipt dd").first.inner_text())

    def file(self, matter: Matter) -> Slip:
        self.fill(matter)
        return self.send()

    def code(self) -> str:
        return " ".join(self.page.locator("#the-code span").all_inner_texts())

    def save_files(self, folder: Path) -> list[Path]:
        """The three files of the receipt, fetched through the links of the page."""
        saved = []
        for link in self.page.locator("ul.files a").all():
            with self.page.expect_download() as waiting:
                link.click()
            saved.append(folder / waiting.value.suggested_filename)
            waiting.value.save_as(saved[-1])
        return saved

    # --- following ----------------------------------------------------------------------------

    def enter(self, code: str) -> int:
        """Type a code; the status of the page that answers."""
        self.window.go("/case/")
        self.page.fill("#code", code)
        with self.page.expect_navigation() as waiting:
            self.page.click("main button[type=submit]")
        return int(waiting.value.status)

    def do(self, step: str, papers: tuple[FilePayload, ...] = (), **fields: str) -> None:
        """Take one of the petitioner's own steps through the page's link and form."""
        self.window.go("/case/")
        self.window.press(f"a[href='/case/do/{step}/']")
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        if papers:
            self.page.set_input_files("#attachments", list(papers))
        self.window.press("main form button[type=submit]")

    def timeline(self) -> str:
        self.window.go("/case/")
        return self.window.text(".timeline")


class Officer:
    def __init__(self, window: Window, login: str) -> None:
        self.window, self.page = window, window.page
        self.log_in(login)

    def log_in(self, login: str) -> None:
        self.window.context.clear_cookies(name="sessionid")
        self.window.go("/desk/login/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        with self.page.expect_navigation():
            self.page.press("[name=password]", "Enter")

    def open(self, number: str) -> str:
        """Open a case by its number; its id."""
        self.window.go("/desk/")
        self.page.fill("#number", number)
        with self.page.expect_navigation():
            self.page.press("#number", "Enter")
        return self.page.url.rstrip("/").rpartition("/")[2]

    def take(self, number: str, step: str, **values: Any) -> None:
        """Take a step: press its button on the case, fill its form, send."""
        said = self.send(number, step, **values)
        assert not said, said

    def send(self, number: str, step: str, **values: Any) -> str:
        """The same, but the page may refuse; what it then says above the form, else ""."""
        case = self.open(number)
        self.go_to(f"/desk/case/{case}/step/{step}/")
        for name, value in values.items():
            self._set(f"f_{name}", value)
        self.window.press("button[data-send]")
        return self.window.text(".errors") if self.page.locator(".errors").count() else ""

    def go_to(self, path: str) -> None:
        """Follow the link to a step, out of the folded list where the page keeps it there."""
        link = f"a[href='{path}']"
        if not self.page.locator(link).is_visible():
            self.page.locator(f"details:has({link}) summary").click()
        self.window.press(link)

    def _set(self, name: str, value: Any) -> None:
        control = self.page.locator(f"[name={name}]").first
        kind = control.evaluate("node => node.type")
        if kind == "radio":
            self.page.check(f"[name={name}][value={value}]")
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(str(value))

    def offers(self) -> list[str]:
        """The steps that the open case offers, by their ids."""
        links = self.page.locator("ul.offers a[href*='/step/']").all()
        return [str(link.get_attribute("href")).rstrip("/").rpartition("/")[2] for link in links]

    def open_identity(self, case: str, purpose: str) -> None:
        self.window.go(f"/desk/case/{case}/identity/")
        self.page.check(f"[name=purpose][value={purpose}]")
        self.window.press("main form button")
