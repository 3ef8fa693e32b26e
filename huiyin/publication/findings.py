"""What a check found, in words of two languages. Needs nothing but the standard library."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEPT_FINDINGS = 1000

# What is wrong, for a reader of either language: code -> (zh, en).
MEANINGS = {
    "vkey": ("公钥行无效", "the key line is not a valid verifier key"),
    "checkpoint": ("检查点未经此公钥有效签名", "the checkpoint is not validly signed under this key"),
    "missing": ("缺少文件", "the file is missing or cannot be read"),
    "bundle": ("条目包与规定格式不符", "the entry bundle is not spelled as it must be"),
    "tile": ("散列与条目不符", "the hashes are not those of the entries"),
    "root": ("全部条目得不出检查点的根", "the entries do not lead to the checkpoint's root"),
    "extra": ("此文件不属于这份日志", "the file does not belong to a log of this size"),
    "receipt": ("回执格式无效", "the receipt is not spelled as it must be"),
    "receipt_checkpoint": (
        "回执的检查点无效",
        "the receipt's checkpoint is not validly signed under this key",
    ),
    "receipt_proof": ("回执的证明不成立", "the receipt's proof does not hold"),
    "receipt_twice": ("同一位置另有一张回执", "another receipt claims the same place in the log"),
    "receipt_newer": (
        "回执比已公布的日志新",
        "the receipt is newer than the published log: publish it again",
    ),
    "receipt_other": ("回执的检查点不属于这份日志", "the receipt's checkpoint is not of this log"),
    "opening": ("开启文件缺失或格式无效", "the opening is missing or not spelled as it must be"),
    "opening_other": ("开启文件与条目不符", "the opening does not open the receipt's entry"),
    "words": ("旁附文字不是登记的原文", "the words beside the receipt are not the words that were filed"),
    "zip": ("不是完整的压缩包", "the file is no whole zip archive"),
    "zip_name": ("压缩包里有不该出现的文件名", "the archive holds a file by a name that no bundle has"),
    "zip_large": ("展开后过大，没有继续读", "the archive unpacks to too much; it was not read on"),
    "manifest": ("清单无效", "the manifest is not spelled as it must be"),
    "file": ("文件与清单不符", "the file is not what the manifest says"),
    "unlisted": ("清单里没有这个文件", "the manifest does not list the file"),
    "entries": ("各条记录不属于同一事项或序号不连续", "the entries are not those of one case, without a gap"),
    "book": ("程序文件不是日志所记的那一份", "the book is not the one that the log commits to"),
    "original": ("材料原件与记录不符", "the original is not the one that its entry commits to"),
    "statement": (
        "声明未经此公钥有效签名或与本包不符",
        "the statement is not validly signed, or not of this bundle",
    ),
    "not_silent": ("日志里有声明说没有的记录", "the log holds an entry that the statement says it does not"),
    "not_late": ("声明出具时期限还没有过", "the date had not passed when the statement was made"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: its code (see MEANINGS), the file, and details in English."""

    code: str
    where: str
    detail: str = ""

    def text(self, language: str) -> str:
        meaning = MEANINGS[self.code][0 if language.startswith("zh") else 1]
        return f"{self.where}: {meaning}" + (f" ({self.detail})" if self.detail else "")


@dataclass
class Result:
    """What was verified; `findings` keeps the first thousand of `failed`."""

    origin: str = ""
    size: int = 0
    entries: int = 0
    tiles: int = 0
    receipts: int = 0
    openings: int = 0
    words: int = 0
    kind: str = ""
    case: str = ""
    statement: str = ""
    failed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.failed

    def add(self, code: str, where: str | Path, detail: object = "") -> None:
        self.failed += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(Finding(code, str(where), str(detail)))

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`; each finding with its code, file, and words in both languages."""
        found = [
            {"code": f.code, "where": f.where, "detail": f.detail, "zh": f.text("zh"), "en": f.text("en")}
            for f in self.findings
        ]
        counts = {name: value for name, value in vars(self).items() if name != "findings"}
        return {"ok": self.ok, **counts, "findings": found}
