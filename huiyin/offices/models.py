"""The tree of offices, the officers in it and the places of the county.

Duties only: an officer has a name, a post and a role, and nothing here describes a petitioner.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class Named(models.Model):
    """A row with a Chinese and an English name."""

    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)

    class Meta:
        abstract = True

    def name_in(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en


class Office(Named):
    """One office. `decides`: it has power to answer a matter (有权处理机关). `parent`: the office above it.

    `book`: the procedure of what this office registers; "" for the county's own (HUIYIN_BOOK).
    """

    class Kind(models.TextChoices):
        CITY = "city"
        COUNTY = "county"
        BUREAU = "bureau"
        DEPARTMENT = "department"
        TOWN = "town"
        DISCIPLINE = "discipline"

    code = models.SlugField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    parent = models.CharField(max_length=32, blank=True, default="")
    decides = models.BooleanField(default=False)
    address_zh = models.CharField(max_length=200, blank=True, default="")
    address_en = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    book = models.CharField(max_length=60, blank=True, default="")
    # 机关代字: what its document numbers begin with, such as 临信复.
    mark = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return self.name_zh


class Place(Named):
    """A place of at least town size (design rule 2: nothing smaller is ever a code)."""

    code = models.SlugField(primary_key=True, max_length=32)

    def __str__(self) -> str:
        return self.name_zh


class Officers(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> "Officer":
        return self.get(login=username)


class Officer(AbstractBaseUser, Named):
    """An officer in one office with one role and a post that petitioners are told."""

    class Role(models.TextChoices):
        CLERK = "clerk"
        OFFICER = "officer"
        HEAD = "head"
        SUPERVISOR = "supervisor"
        CUSTODIAN = "custodian"

    login = models.SlugField(unique=True, max_length=40)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="officers")
    role = models.CharField(max_length=16, choices=Role.choices)
    post_zh = models.CharField(max_length=120)
    post_en = models.CharField(max_length=160)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    objects: ClassVar[Officers] = Officers()

    def __str__(self) -> str:
        return self.login

    def post_in(self, language: str) -> str:
        return self.post_zh if language.startswith("zh") else self.post_en
