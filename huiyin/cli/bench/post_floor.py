"""What no sender can beat: smtplib alone, the same letter again and again over one connection."""

import smtplib
import sys
import time


def main(port: int, count: int, letter: bytes) -> float:
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for _ in range(count):
            line.sendmail("news@county.example", ["petitioner-0@mail.example"], letter)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer.read()))
