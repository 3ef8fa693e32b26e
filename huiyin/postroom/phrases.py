"""Standing sentences of notices, in both languages. `%s` is filled in where they are used."""

from huiyin.procedure import Text

LINE = Text("＿＿＿＿＿＿＿＿", "____________")
SEAL = Text("（盖章）", " (seal)")
ANONYMOUS = Text("信访人（未署名）", "Petitioner (no name given)")
WITHHELD = Text("姓名依法不载", "name withheld by law")
NOT_STATED = Text("依法不载", "not stated, by law")
NUMBER = Text("〔　　〕　号", "No. ________")
CONTACT = Text("联系地址：%s；电话：%s", "Address: %s; telephone: %s")
QUERY = Text(
    "凭登记时领取的查询码，可在%s查询办理情况；也可到登记窗口查询",
    "With the code given at registration you can follow the matter at %s, or at the counter",
)
OFFICE_QUERY = Text(
    "可凭登记编号在办理系统中查询", "The matter can be followed in the case system by its case number"
)
HERE = Text("本系统“查询”页面", "the “Follow a case” page")
RECUSAL = Text(
    "办理人员与该事项有直接利害关系的，你有权申请其回避。任何组织和个人不得因你反映情况而打击报复。",
    "If an officer has a direct interest in the matter, you may ask that the officer stand aside. Nobody may "
    "retaliate against you for raising it.",
)
RECEPTION = Text("%s登记", "Registered on %s")
ROUTED = Text("%s%s本机关", "%s: %s to this office")
ACCEPTED = Text("%s受理", "accepted on %s")
PROCEDURE = Text(
    "本机关将听取你陈述事实和理由，调查核实，在期限内作出书面答复并送达你。",
    "We will hear your facts and reasons, look into them, and serve you a written answer in time.",
)
ABOVE = Text("上一级机关", "the office one level above")
NEXT_LEVEL = Text(
    "对本意见不服的，可以%s，由%s办理。", "If you disagree with this opinion, you may %s; it goes to %s."
)
FROM_RECEIPT = Text("自收到本意见书之日起%s内", "within %s of receiving this opinion")
LAST_DAY = Text("，最晚%s", ", that is by %s")
NO_LIMIT = Text("没有期限", "no time limit")
PAPERS = Text(
    "书面请求（写明请求、事实和理由）和本意见书；也可以凭查询码在网上提出。",
    "a written request (what you ask, facts and reasons) and this opinion; or ask online with your code.",
)
CHALLENGE = Text(
    "对本告知有异议的，可以向%s提出（期限：%s）。",
    "If you disagree with this, you may turn to %s (time limit: %s).",
)
SUPERVISE = Text("可以向%s请求督办。", "You may ask %s to supervise this.")
PETITIONER_IS = Text("申请人：%s", "Petitioner: %s")
DECIDED_BY = Text("原办理机关：%s", "Office that decided: %s")
CHOICE = Text("%s：%s", "%s: %s")
SAME_FACTS = Text(
    "本意见是本程序的最后一级。仍然以同一事实和理由提出的，不再受理（%s）。",
    "This opinion is the last stage of this procedure. The same facts and reasons will not be accepted again "
    "(%s).",
)
LAST_STAGE = Text("本意见是本程序的最后一级。", "This opinion is the last stage of this procedure.")
NEW_FACTS = Text(
    "有新的事实或者理由的，可以作为新的事项提出，本机关依法登记。",
    "New facts or reasons may be raised as a new matter and will be registered.",
)
EFFECT = Text(
    "协议自各方签字之日起生效，各方应当履行；不履行的，可以请求督办。",
    "It takes effect when the parties have signed. Each has to carry it out; if one does not, you may ask "
    "for supervision.",
)
AS_AGREED = Text("按照协议内容的约定", "as agreed above")
SIGNATURES = Text(
    "信访人：＿＿＿＿＿＿\n对方当事人：＿＿＿＿＿＿\n主持人：＿＿＿＿＿＿",
    "Petitioner: ________\nOther party: ________\nMediator: ________",
)
PROOF_OF_CHANGE = Text(
    "改正后书面报告，并附证明改正情况的材料。",
    "A written report once it is put right, with papers that show it.",
)
OVERDUE = Text("“%s”应当于%s完成，至今未完成。", "“%s” was due on %s and is not done.")
NOT_OVERDUE = Text("没有超过期限的事项。", "Nothing is overdue.")
