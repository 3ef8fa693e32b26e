"""Dates on the portal's pages as people write them."""

from datetime import date, datetime

from django import template

from huiyin.portal import telling

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    return telling.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return telling.moment(value) if value else ""
