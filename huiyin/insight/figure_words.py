"""What each figure is called and how it is counted, as pages and files print it beside the number."""

from huiyin.procedure import Text

WITHIN = (
    60  # days in which an answer is due in most books; can be said of history too, whose clocks nobody ran
)
GROUP = 5  # from so many visitors on it is a group (Civil Code, art. 1259: the number included)

TITLES = {
    "registered": Text("件次", "Registrations"),
    "matters": Text("信访事项（初件）", "Matters (first registrations)"),
    "groups": Text("来访、下访批次", "Groups of visitors"),
    "people": Text("来访、下访人次", "People in these groups"),
    "mass_groups": Text("集体访批次", "Group visits"),
    "mass_people": Text("集体访人次", "People in group visits"),
    "answered": Text("已答复件次", "Answered"),
    "repeated": Text("重复信访率", "Share of repeats"),
    "routed_on_time": Text("按期转送交办率（信访部门）", "Routed in time (petition bureau)"),
    "accepted_on_time": Text("及时受理率（责任单位，本期到期）", "Accepted in time (of those due)"),
    "answered_on_time": Text("按期答复率（责任单位，本期到期）", "Answered in time (of those due)"),
    "accepted_of_received": Text("及时受理率（本期收到的全部）", "Accepted in time (of all received)"),
    "answered_of_received": Text("按期答复率（本期收到的全部）", "Answered in time (of all received)"),
    "within": Text(f"{WITHIN}日内答复的比例", f"Answered within {WITHIN} days"),
    "rated": Text("参评率", "Share that was rated"),
    "satisfied": Text("满意率", "Share satisfied"),
    "median": Text("答复用时中位数（天）", "Days to the answer, median"),
    "p90": Text("答复用时九成以内（天）", "Days to the answer, p90"),
}

DEFINITIONS = {
    "registered": Text(
        "本期收到的登记件数，重件也算（导入的历史记录按来信日期）。",
        "Registrations received in the period, repeats among them (imported: by the date of the letter).",
    ),
    "matters": Text("其中不重复以前任何一件的。", "Of these, registrations that repeat no earlier one."),
    "groups": Text(
        "其中当面反映的（来访、下访），一件一批；排查发现转为信访件的没有人来，不算批次和人次。",
        "Of these, visits and outreach: each one group. What a sweep found is none: nobody came.",
    ),
    "people": Text(
        "这些批次到场的人数；登记时没有写人数的按1人计。",
        "People who came in these groups; where nobody wrote down how many, one.",
    ),
    "mass_groups": Text(
        f"其中{GROUP}人以上（含{GROUP}人）的批次。", f"Of these, groups of {GROUP} people or more."
    ),
    "mass_people": Text("集体访到场的人数。", "People who came in such groups."),
    "answered": Text(
        "本期收到、到统计时答复已送达的（导入的按台账所记）。",
        "Received in the period, with an answer that has arrived by now (imported: as the sheet says).",
    ),
    "repeated": Text("重件÷总件次。同一件事登记在先的，后来的是重件。", "Repeats ÷ all registrations."),
    "routed_on_time": Text(
        "信访部门登记后按期转送、交办的÷本期到期的。还没到期的不算进去。",
        "The bureau's duties to route, kept in time ÷ all due in the period. Not yet due: not counted.",
    ),
    "accepted_on_time": Text(
        "按期告知受理情况的÷本期到期的。还没到期的不算进去。",
        "The deciding offices' duties to give notice, kept in time ÷ all due in the period.",
    ),
    "answered_on_time": Text(
        "按期办结答复的÷本期到期的。还没到期的不算进去。",
        "Duties to conclude and answer, kept in time ÷ all due in the period.",
    ),
    "accepted_of_received": Text(
        "按期告知的÷本期收到的件产生的全部告知责任（没到期的也在分母里，所以偏低）。",
        "Kept in time ÷ all such duties of what was received in the period; those not yet due lower it.",
    ),
    "answered_of_received": Text(
        "按期答复的÷本期收到的件产生的全部答复责任（没到期的也在分母里，所以偏低）。",
        "Kept in time ÷ all such duties of what was received in the period; those not yet due lower it.",
    ),
    "within": Text(
        f"{WITHIN}×24小时以内答复的÷已答复的。历史记录也能这样算，可以同比。",
        f"Answered within {WITHIN}×24 hours ÷ all answered. Can be said of imported history too.",
    ),
    "rated": Text(
        "已评价÷可以评价的（答复已送达）。", "Rated ÷ all that could be rated (the answer was received)."
    ),
    "satisfied": Text(
        "（满意＋基本满意）÷已评价。没有评价的不算满意，也不进分母。",
        "Satisfied or basically satisfied ÷ all rated. What nobody rated is in neither number.",
    ),
    "median": Text(
        "从收到到答复送达的天数（一天24小时），一半不超过这个数。",
        "Days of 24 hours from receipt to the answer that arrived; half took at most this.",
    ),
    "p90": Text(
        "十件里有九件不超过这个天数（线性插值）。", "Nine of ten took at most this (linear interpolation)."
    ),
}

DIMENSIONS = {
    "channel": Text("按信访形式", "By channel"),
    "category": Text("按内容分类", "By content"),
    "band": Text("按人数", "By number of people"),
    "repeat": Text("初件、重件", "First or repeat"),
    "office": Text("按责任单位", "By office in charge"),
    "level": Text("按受理层级（只有全县总数）", "By level at which it was received (county total only)"),
}

CODES = {
    "band": {
        "1": Text("1人", "1"),
        "2-4": Text("2—4人", "2–4"),
        "5-10": Text("5—10人", "5–10"),
        "11-20": Text("11—20人", "11–20"),
        "21-50": Text("21—50人", "21–50"),
        "51-100": Text("51—100人", "51–100"),
        "101+": Text("100人以上", "more than 100"),
    },
    "repeat": {"first": Text("初件", "First"), "repeat": Text("重件", "Repeat")},
    "level": {
        "town": Text("乡镇（街道）", "Town"),
        "county": Text("县", "County"),
        "city": Text("市", "City"),
    },
}
