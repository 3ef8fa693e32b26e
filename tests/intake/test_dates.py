"""Dates as sheets and people write them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.intake.dates import Moment, read_date, read_moment

ZONE = ZoneInfo("Asia/Shanghai")


def at(*parts: int) -> Moment:
    return Moment(datetime(*parts, tzinfo=ZONE), len(parts) == 3)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019/4/25 9:32:09", at(2019, 4, 25, 9, 32, 9)),
        ("2018/4/24", at(2018, 4, 24)),
        ("2019.4.25", at(2019, 4, 25)),
        ("2019-04-25T09:32", at(2019, 4, 25, 9, 32)),
        ("2019年4月25日", at(2019, 4, 25)),
        ("2019年4月25日 9时32分", at(2019, 4, 25, 9, 32)),
        ("2019年4月25日9时32分09秒", at(2019, 4, 25, 9, 32, 9)),
        ("２０１９／４／２５　９：３２：０９", at(2019, 4, 25, 9, 32, 9)),
        (" 2019-4-25 09:32:09.000 ", at(2019, 4, 25, 9, 32, 9)),
        ("2019/4/25 下午 3:20:00", at(2019, 4, 25, 15, 20, 0)),
        ("2019/4/25 星期四 上午 9:20", at(2019, 4, 25, 9, 20)),
        ("2019/4/25 12:20 AM", at(2019, 4, 25, 0, 20)),
        ("2019-04-25T01:32:09Z", at(2019, 4, 25, 9, 32, 9)),
        ("2019-04-25T09:32:09+08:00", at(2019, 4, 25, 9, 32, 9)),
        ("20190425", at(2019, 4, 25)),
        (20190425, at(2019, 4, 25)),
        ("20190425093209", at(2019, 4, 25, 9, 32, 9)),
        (43580, at(2019, 4, 25)),
        (43580.397326388891, at(2019, 4, 25, 9, 32, 9)),
        ("43580.397326388891", at(2019, 4, 25, 9, 32, 9)),
        (datetime(2019, 4, 25, 9, 32, 9), at(2019, 4, 25, 9, 32, 9)),
        (datetime(2018, 4, 24), at(2018, 4, 24)),
        (date(2018, 4, 24), at(2018, 4, 24)),
        ("2019/4/25 0:00:00", at(2019, 4, 25, 0, 0, 0)),
    ],
)
def test_it_reads(written: object, read: Moment) -> None:
    moment = read_moment(written)
    assert moment is not None
    assert (moment.at, moment.date_only) == (read.at, read.date_only)
    assert str(moment.at.tzinfo) == "Asia/Shanghai"


@pytest.mark.parametrize(
    "written",
    ["", "昨天", "2019", "4/25", "25/4/2019", "2019/13/1", "2019/2/30", "2019/4/25 25:00", "20191340",
     3, 2019,
     -1, 1e300, float("nan"), float("inf"), True, None, "2019/4/25 9:32:09 and more", "0000/1/1", "9" * 5000,
     "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_it_does_not_guess(written: object) -> None:
    assert read_moment(written) is None


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
)
def test_serials_and_text_agree(moment: datetime) -> None:
    since = moment - datetime(1899, 12, 30)
    read = read_moment(since / timedelta(days=1))
    again = read_moment(moment.strftime("%Y/%m/%d %H:%M:%S"))
    assert read is not None
    assert again is not None
    assert read.at == again.at == moment.replace(tzinfo=ZONE)
    assert read_date(moment) == moment.date()


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    read_moment(text)
    read_moment("2019/" + text)
