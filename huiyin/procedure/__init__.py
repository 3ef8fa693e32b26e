"""Law as data: what may happen next to a case, by whom, until when, and under which article. Pure."""

from huiyin.procedure.book import list_books, load_book, path_of
from huiyin.procedure.calendars import Calendar, CalendarFault
from huiyin.procedure.check import faults
from huiyin.procedure.clocks import Count, Running, Skipped, day_of, due
from huiyin.procedure.engine import (
    Actor,
    Case,
    Event,
    OpenStep,
    Unlawful,
    breaches,
    decide,
    evolve,
    open_steps,
    replay,
    running,
    start,
)
from huiyin.procedure.reading import Text
from huiyin.procedure.show import mermaid, svg, table
from huiyin.procedure.terms import (
    ZONE,
    Book,
    BookFault,
    Choice,
    Clock,
    Field,
    Guard,
    State,
    Step,
    Who,
)

__all__ = [
    "ZONE",
    "Actor",
    "Book",
    "BookFault",
    "Calendar",
    "CalendarFault",
    "Case",
    "Choice",
    "Clock",
    "Count",
    "Event",
    "Field",
    "Guard",
    "OpenStep",
    "Running",
    "Skipped",
    "State",
    "Step",
    "Text",
    "Unlawful",
    "Who",
    "breaches",
    "day_of",
    "decide",
    "due",
    "evolve",
    "faults",
    "list_books",
    "load_book",
    "mermaid",
    "open_steps",
    "path_of",
    "replay",
    "running",
    "start",
    "svg",
    "table",
]
