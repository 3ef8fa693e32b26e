"""What law and practice ask of each notice, written out for the cases of `cast`: what the papers are held to.

Dates are counted here by hand, not by the engine: 60 days from 4 March 2026 end on 3 May, in the holiday of
1–5 May, so on the 6th; with 20 more on Saturday 23 May, so on Monday the 25th.
"""

ORGAN, BUREAU, COUNTY, CITY = "临江县住房和城乡建设局", "临江县信访局", "临江县", "云洲市人民政府"
REQUESTS = ("请鉴定外墙是否安全", "请责成开发商修好")
PROOF = ("受送达人", "送达时间", "送达方式", "签收人", "拒收情况", "见证人")
# Of every notice: receipt date and channel, seal, contact, case number, how to query, service proof.
ALL = (
    "2026年3月2日",
    "来信",
    "（盖章）",
    "沐江镇县府路二号",
    "0000-5550100",
    "XFJ-2026-000001",
    "查询",
    *PROOF,
)
ROUTED = f"由{BUREAU}转送"
SERVED = ("邮寄送达", "本人签收，邮件号EX000000001CN")
REVIEW = ("再次查看现场，空鼓属实。", "《信访工作条例》第三十五条", "维持原处理意见。", *REQUESTS)

# notice → document number, organ, date, and what else the law lists for it
REQUIRED: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "receipt": (
        "XFJ-2026-000001",
        BUREAU,
        "2026年3月2日",
        (
            *REQUESTS,
            "2026年3月17日",
            "15日",
            "《信访工作条例》第二十二条",
            "申请其回避",
            "不得因你反映情况而打击报复",
        ),
    ),
    "routed": (
        "临信复〔2026〕1号",
        BUREAU,
        "2026年3月3日",
        ("一、去向", ORGAN, "请依法办理。", "2026年3月18日"),
    ),
    "accept": (
        "临住建复〔2026〕1号",
        ORGAN,
        "2026年3月4日",
        (
            ROUTED,
            "一、接收情况",
            "2026年3月2日登记，2026年3月3日转送本机关，2026年3月4日受理",
            "四、处理途径和程序",
            "先到现场查看，再请鉴定机构出具意见。",
            *REQUESTS,
            "三、承办机关",
            "2026年5月6日",
            "劳动节",
            "《信访工作条例》第三十四条",
            "申请其回避",
        ),
    ),
    "not_accept": (
        "临住建复〔2026〕1号",
        ORGAN,
        "2026年3月4日",
        (
            ROUTED,
            "县政府已经受理，正在办理。",
            "《信访工作条例》第十九条",
            "临江县人民政府",
            "期限：",
            "四、如何提出异议",
            "向临江县提出",
            *REQUESTS,
        ),
    ),
    "no_longer": (
        "临信复〔2026〕2号",
        BUREAU,
        "2026年6月1日",
        (
            "该事项已经复核终结。",
            "逐项对照，没有新的事实和理由。",
            "《信访工作条例》第三十六条第三款",
            "期限：",
            "四、如何提出异议",
            "有新的事实或者理由的，可以作为新的事项提出",
        ),
    ),
    "redirect": (
        "临信复〔2026〕1号",
        BUREAU,
        "2026年3月3日",
        (
            "诉讼、行政复议、检察、公安途径",
            "临江县人民法院",
            "自知道之日起六个月内起诉",
            "2026年7月30日",
            "《信访工作条例》第三十一条第一项",
            "六、如何提出异议",
        ),
    ),
    "extension": (
        "临住建复〔2026〕2号",
        ORGAN,
        "2026年4月2日",
        (
            ROUTED,
            "二、延期理由",
            "鉴定机构尚未出具意见。",
            "三、批准人",
            "顾长风",
            "原办理期限：2026年5月6日",
            "延长后的办理期限：2026年5月25日",
            "加延长20日",
            "《信访工作条例》第三十四条",
        ),
    ),
    "opinion": (
        "临住建复〔2026〕3号",
        ORGAN,
        "2026年4月11日",
        (
            ROUTED,
            "一、投诉请求",
            *REQUESTS,
            "经现场查看，三号楼北侧瓷砖空鼓。",
            "质保期内的外墙由建设单位负责。",
            "请鉴定外墙是否安全：支持",
            "请责成开发商修好：部分支持",
            "责成建设单位六十日内修好。",
            "执行期限：2026年6月30日",
            "六、法律法规依据",
            "《建设工程质量管理条例》",
            f"请求复查，由{COUNTY}办理",
            "30日内，最晚2026年5月13日",
            "书面请求",
            *SERVED,
            "2026年4月13日",
        ),
    ),
    "review_opinion": (
        "临政信复〔2026〕1号",
        COUNTY,
        "2026年5月1日",
        (
            "一、当事人",
            f"原办理机关：{ORGAN}",
            "只修北侧不够，请整栋鉴定。",
            *REVIEW,
            f"请求复核，由{CITY}办理",
            "30日内，最晚2026年6月2日",
            "书面请求",
            *SERVED,
        ),
    ),
    "rereview_opinion": (
        "云政信复〔2026〕1号",
        CITY,
        "2026年5月21日",
        (
            f"原办理机关：{COUNTY}",
            "仍然不同意。",
            *REVIEW,
            "本程序的最后一级",
            "以同一事实和理由提出的，不再受理（《信访工作条例》第三十六条第三款）",
            "八、仍然可以走的途径",
            "行政复议",
            "行政诉讼",
            *SERVED,
        ),
    ),
    "suggestion_reply": (
        "临住建复〔2026〕1号",
        ORGAN,
        "2026年3月7日",
        (
            ROUTED,
            "二、采纳情况",
            "建议可行，已列入明年计划。",
            *REQUESTS,
            "《信访工作条例》第二十九条",
            *SERVED,
        ),
    ),
    "settlement": (
        "临住建复〔2026〕2号",
        ORGAN,
        "2026年3月13日",
        (
            ROUTED,
            "建设单位三十日内修好外墙。",
            "《信访工作条例》第三十三条",
            "五、效力",
            "主持人：",
            *REQUESTS,
            *SERVED,
        ),
    ),
    "interim": (
        "临住建复〔2026〕2号",
        ORGAN,
        "2026年5月31日",
        (ROUTED, "2026年5月6日", "鉴定机构排期较长。", "2026年6月30日", "请求督办", *REQUESTS),
    ),
    "supervision": (
        "临信复〔2026〕2号",
        BUREAU,
        "2026年6月1日",
        (
            f"{ORGAN}：",
            "“办结”应当于2026年5月6日完成，至今未完成",
            "三日内报告进展。",
            "2026年6月10日",
            "《信访工作条例》第四十条",
        ),
    ),
    "rectification": (
        "临政信复〔2026〕1号",
        COUNTY,
        "2026年4月26日",
        (
            f"{ORGAN}：",
            "限期补正调查记录。",
            "2026年5月11日",
            "改正后书面报告，并附证明改正情况的材料",
            "《信访工作条例》第四十四条",
        ),
    ),
    "suggestion": (
        "临信复〔2026〕3号",
        BUREAU,
        "2026年6月2日",
        (
            f"{ORGAN}：",
            "建立外墙安全定期检查制度。",
            "请最晚于2026年7月2日书面答复是否采纳",
            "《信访工作条例》第四十条",
        ),
    ),
    "proof_of_service": (
        "临住建复〔2026〕3号",
        ORGAN,
        "2026年4月13日",
        (ROUTED, "信访事项处理意见书临住建复〔2026〕3号", "2026年4月13日", "送达人", "沈砚清", *SERVED),
    ),
}
# Notices to an office, which never name the petitioner.
TO_OFFICES = ("supervision", "rectification", "suggestion")
# The second case of its life: the same words again.
SECOND = {"no_longer": ("2026年5月31日", "XFJ-2026-000002")}


def wanted(kind: str) -> list[str]:
    """Everything that must stand on the notice of the case in `cast.LIVES`, in Chinese."""
    number, organ, date, more = REQUIRED[kind]
    named = ("姓名依法不载",) if kind in TO_OFFICES else ("封不觉",)
    common = list(ALL)
    for old, new in zip(("2026年3月2日", "XFJ-2026-000001"), SECOND.get(kind, ()), strict=False):
        common[common.index(old)] = new
    return [number, organ, date, *named, *common, *more]
