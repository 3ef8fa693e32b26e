"""What is news to a petitioner, and the words that say so: the same for every case."""

from collections.abc import Sequence

from huiyin.casework import answering
from huiyin.casework.projection import case_of
from huiyin.casework.records import Past
from huiyin.procedure import Text

# Parts of the procedure that a petitioner waits for or should know of at once. What an office notes for
# itself (a talk, work done, a colleague who stands aside) is on the timeline and no reason to write.
NEWS = frozenset(
    {
        "take_up",
        "route",
        "forward",
        "accept",
        "ask",
        "extend",
        "order",
        "interim",
        "serve",
        "execute",
        "close",
        "final",
        "breach",
    }
)
# Facts outside the book: an answer made public, and a code replaced, which its owner may not have asked for.
# Never an opening of the identity: printing a letter makes one, and a letter about it would make the next.
KINDS = frozenset({"answer.released.1", "code.replaced.1"})

SUBJECT = Text("您的信访事项有新进展", "There is news on your case")
BODY = Text(
    "您的信访事项有新进展，请凭查询码登录查看%s。",
    "There is news on your case. Enter your code to read it%s.",
)
WHERE = Text("：%s ", ": %s ")
STOP = Text(
    "您在事项页面选择了接收此提醒，可随时在该页面取消。请勿回复本邮件。",
    "You asked for this message on the page of your case, and can stop it there. Nobody reads replies to it.",
)


def is_news(facts: Sequence[Past]) -> bool:
    """Whether the last of these facts is news. A paper is once it reaches the petitioner, not when made."""
    fact = facts[-1]
    if fact.actor.role == "petitioner":
        return False
    if fact.part in answering.MAKES:
        return fact.seq not in answering.unread(facts, case_of(facts))
    return fact.part in NEWS or fact.kind in KINDS


def short(language: str, address: str) -> str:
    """One sentence, and where to look."""
    where = WHERE.get(language) % address if address else ""
    return BODY.get(language) % where


def long(language: str, address: str) -> str:
    """The same as an e-mail says it."""
    return f"{short(language, address)}\n\n{STOP.get(language)}\n"
