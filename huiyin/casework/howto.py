"""What lies in a zip that a petitioner takes away, and how anybody checks it: plain words, both languages."""

_CHECK = """怎样核验（不需要相信任何单位，也不需要上网）
  1. 找一台装有 Python 3.11 或更新版本的电脑。
  2. 装上回音软件本身和 cryptography 这一个程序库：
         pip install --no-deps huiyin
         pip install cryptography
  3. 运行：
         python -m huiyin.publication.check 这个压缩包.zip
     全部相符时，程序会说明核验了多少条；有任何一处不符，会指出是哪个文件、哪里不对。
  4. 要进一步确认没有人另造一份日志：把公开发布的日志文件夹也下载下来，运行
         python -m huiyin.publication.check 日志文件夹 这个压缩包.zip
     并请核对文件 vkey 的那一行，是否与该单位公开张贴的公钥相同。

How to check it (trusting nobody, and without a network)
  1. Take any computer with Python 3.11 or newer.
  2. Install Huiyin itself, and the one library cryptography:
         pip install --no-deps huiyin
         pip install cryptography
  3. Run:
         python -m huiyin.publication.check THIS.zip
     It says how much it verified, or names each file that is not as it must be.
  4. To make sure that nobody keeps a second log, fetch the published log as a folder too and run:
         python -m huiyin.publication.check LOG THIS.zip
     and compare the line in the file vkey with the key that the office has made public.
"""

_LOG = """  log/0001.…      本事项的每一条记录：证明它在日志里（.tlog-proof）、全部内容（.opening.json）、
                  登记时的原话（.words.txt）。还没有送达您的答复只给出公开部分（.public.json）。
  books/          办理所依据的程序，一字不改；日志里记有它的指纹。
  checkpoint      有签名的检查点；vkey 是核对签名的公钥。
  manifest.json   每个文件的大小和指纹，供程序核对。

  log/0001.…      every entry of the case: the proof that it is in the log (.tlog-proof), all that it
                  holds (.opening.json), the words as they were registered (.words.txt). A paper that was
                  not served to you yet is shown by its public part alone (.public.json).
  books/          the procedure it runs by, unchanged; the log holds its fingerprint.
  checkpoint      the signed checkpoint; vkey is the key its signature is checked with.
  manifest.json   size and fingerprint of every file, for the program.
"""

FILE = f"""这是您的信访事项的全部材料 / The whole file of your matter

  case.html       给人看的：经过、答复、期限。用浏览器打开；case.pdf 是同样的内容。
  papers/         您和工作人员交来的材料原件。
  documents/      文书（如果有）。
  case.html       for people: what happened, the answers, the dates. case.pdf is the same.
  papers/         originals of the papers that came with it.
  documents/      notices, if there are any.

{_LOG}
除了写给您的文书（documents/）上的称呼，这里面没有您的姓名、电话和住址。您的查询码也不在里面。
请像保管凭据一样保管它：里面有您当时写的话；交给谁看，由您自己决定。

But for the notices addressed to you (documents/), your name is not in it, nor are your telephone and
address, nor your code. Keep it as you would keep a deed: it holds the words you wrote, and you alone
decide who reads them.

{_CHECK}"""

SILENCE = f"""这是一份“无答复证明” / A certificate of silence

  certificate.html  给人看的证明；certificate.pdf 是同样的内容。
  statement.note    该单位日志签名的声明：截至某个检查点，日志里没有本事项的哪些记录。
  certificate.html  the certificate for people; certificate.pdf is the same.
  statement.note    what the log signed: which entries it does not hold of this case, up to one checkpoint.

{_LOG}
它证明什么
  · 截至声明所写的检查点，本事项在日志里的记录就是这里的这些，其中没有声明所列的步骤。
  · 序号从 1 连续到最后一条，没有缺号；每一条都证明在日志里，内容与日志所承诺的一致。
  · 声明由日志的密钥签名。如果该单位以后拿出一条序号不在其中、位置却在这个检查点之前的记录，
    两者摆在一起，就证明该单位的签名声明是假的。请保存好这份文件。
它不能单独证明什么
  · 只凭这份文件，不能排除该单位扣下了一条没有列出的记录：能排除的是声明的签名（谁扣下，谁就签了假声明）。
    日志的公开部分按月公布以后，任何人都能查本事项代号下有没有别的记录；名字保密的事项和检举控告，
    为保护您，公开部分每条代号都不同，所以只能凭序号和签名。
  · 它不能证明有关单位在系统之外做过或没做过什么。

What it proves
  - Up to the checkpoint in the statement, the entries here are all that the log holds of this case, and none
    of them is a step that the statement names as missing.
  - They are numbered from 1 without a gap; each is proven to be in the log, as the log commits to it.
  - The statement is signed by the log's key. Should the office ever show an entry of this case that is not
    here and yet stands below this checkpoint, the two together prove that it signed a falsehood. Keep this.
What it cannot prove alone
  - From these files alone, an entry that was held back cannot be ruled out; the signature rules it out, for
    whoever held it back signed a falsehood. Once the public parts of the log are opened, month by month,
    anybody can look for other entries under this case's pseudonym. Of an accusation, and of a case whose name
    is kept, every entry bears another pseudonym, to protect you: there only numbers and signature tell.
  - It says nothing of what an office did or did not do outside the system.

{_CHECK}"""
