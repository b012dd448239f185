#!/usr/bin/env python3
"""Files made to do harm, at full size: how long each takes, and how much memory.

    tests/forms/hostile.py [--only WORD] [--most MB] [--seconds N]

Writes each file beside a sound one under target/hostile, indexes the two with
`--memory 256M` in a process of its own, and prints the time, the peak memory of
that process, what was accepted and rejected, and the first reason. Exit status 1
when a run took more than the memory or the time allowed, did not name the file, or
lost the sound one. Needs Linux, 4 GB of free disk and a built target/release/jianbao.
"""

import argparse
import bz2
import gzip
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
NEWS = "区里召开审计整改推进会，逐项对账销号，三季度前全部办结。"
MB = 1 << 20
GB = 1 << 30


def repeat(path, head, piece, size, tail=b""):
    with open(path, "wb") as file:
        file.write(head)
        piece = piece * max(1, MB // len(piece))
        for _ in range(size // len(piece)):
            file.write(piece)
        file.write(tail)


def line_1gb(path):
    story = json.dumps({"id": "l", "title": "简讯", "body": NEWS}, ensure_ascii=False).encode()
    repeat(path, b'{"body":"', "长".encode(), GB, b'"}\n' + story + b"\n")


def json_1gb(path):
    story = json.dumps({"id": "j", "title": "简讯", "body": NEWS}, ensure_ascii=False).encode()
    repeat(path, b'[{"body":"', "长".encode(), GB, b'"},' + story + b"]")


def csv_1gb(path):
    repeat(path, b'id,body\n1,"', "长".encode(), GB)


def text_1gb(path):
    repeat(path, b"", (NEWS + "\n").encode(), GB)


def brackets(path):
    repeat(path, b"", b"[", 10 * MB)


def json_deep(path):
    path.write_bytes(b"[" * 10_000 + b"]" * 10_000)


def divs(path):
    repeat(path, f"<p>{NEWS}</p>".encode(), b"<div>", 10 * MB)


def tags(path):
    repeat(path, f"<p>{NEWS}</p>".encode(), b"<b>", 60 * MB)


def pages(path):
    repeat(path, b"<html><body>", f"<p>{NEWS}</p>\n".encode(), 60 * MB)


def markup(path):
    repeat(path, b"<html><body>", b"<i>a</i>", 60 * MB)


def prose(path):
    repeat(path, b"", (NEWS * 40 + "\n").encode(), 60 * MB)


def gbk(path):
    repeat(path, b"", (NEWS * 4 + "\n").encode("gbk"), 60 * MB)


def utf16(path):
    repeat(path, b"\xff\xfe", (NEWS * 4 + "\n").encode("utf-16le"), 60 * MB)


def one_word(path):
    repeat(path, b"", b"a", 60 * MB)


def rare(path):
    repeat(path, b"", "𠀀".encode(), 60 * MB)


def records_60mb(path):
    with open(path, "wb") as file:
        for n in range(8):
            file.write(b'{"id":"%d","body":"' % n)
            for _ in range(60):
                file.write((NEWS.encode() * (MB // len(NEWS.encode()))))
            file.write(b'"}\n')


def xml_elements(path):
    repeat(path, b"<docs>", b"<doc><title>a</title><body>b</body></doc>", 60 * MB)


def laughs(path):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))
    path.write_text(f'<!DOCTYPE x [<!ENTITY l0 "哈">{entities}]><x><title>简讯</title><body>{NEWS}&l19;</body></x>')


def gz_bomb(path):
    with gzip.open(path, "wb") as file:
        for _ in range(2048):
            file.write(bytes(MB))


def bz2_bomb(path):
    with bz2.open(path, "wb") as file:
        for _ in range(1024):
            file.write(b"0" * MB)


def gz_ten_deep(path):
    data = NEWS.encode()
    for _ in range(10):
        data = gzip.compress(data)
    path.write_bytes(data)


def zip_of(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)


def zip_bomb(path):
    zip_of(path, ((f"{n}.txt", bytes(60 * MB)) for n in range(20)))


def zip_in_zip(path):
    inner = io.BytesIO()
    zip_of(inner, ((f"{n}.txt", bytes(16 * MB)) for n in range(16)))
    zip_of(path, ((f"{n}.zip", inner.getvalue()) for n in range(16)))


def zip_overlap(path):
    """Ten thousand directory entries for one run of packed zeros."""
    raw = bytes(60 * MB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush()
    facts = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x5021, zlib.crc32(raw), len(packed), len(raw))
    name = b"00000.txt"
    data = b"PK\3\4" + facts + struct.pack("<HH", len(name), 0) + name + packed
    directory = b"".join(
        b"PK\1\2" + struct.pack("<H", 20) + facts + struct.pack("<HHHHHII", 9, 0, 0, 0, 0, 0, 0) + b"%05d.txt" % n
        for n in range(10_000)
    )
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 10_000, 10_000, len(directory), len(data), 0)
    path.write_bytes(data + directory + end)


def zip_million(path):
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(1_000_000):
            archive.writestr(f"{n}.txt", b"")


def zip_million_folders(path):
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(1_000_000):
            archive.writestr(f"{n}/", b"")


def tar_million(path):
    block = tarfile.TarInfo("a.txt").tobuf(tarfile.USTAR_FORMAT)
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(1_100_000):
            file.write(block)


def tar_bomb(path):
    with tarfile.open(path, "w:gz") as archive:
        for n in range(100):
            info = tarfile.TarInfo(f"{n}.txt")
            info.size = 60 * MB
            archive.addfile(info, io.BytesIO(bytes(info.size)))


def tar_long_name(path):
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, GB
    with gzip.open(path, "wb") as file:
        file.write(info.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(1024):
            file.write(b"a" * MB)


def docx_bomb(path):
    zip_of(path, [("word/document.xml", b"<w:p>" * (100 * MB // 5))])


def docx_elements(path):
    run = f"<w:p><w:r><w:t>{NEWS}</w:t></w:r></w:p>".encode()
    zip_of(path, [("word/document.xml", run * (20 * MB // len(run))), ("noise.bin", os.urandom(MB))])


def warc_record(kind, length, block):
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://example.gov.cn/\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def warc_lies(path):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + f"<p>{NEWS}</p>".encode()
    lies = b"".join(warc_record("response", 60 * MB, block) for _ in range(2000))
    with open(path, "wb") as file:
        while file.tell() < 256 * MB:
            file.write(lies)


def warc_pages(path):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(60 * MB))
    with open(path, "wb") as file:
        for _ in range(200):
            file.write(warc_record("response", len(page), page))


# name, ending, what writes it, whether something in it is to be rejected
FILES = [
    ("a line of 1 GB", "jsonl", line_1gb, True),
    ("JSON of 1 GB without a line break", "json", json_1gb, True),
    ("CSV of 1 GB in one quote", "csv", csv_1gb, True),
    ("text of 1 GB", "txt", text_1gb, True),
    ("10 MB of [", "json", brackets, True),
    ("JSON 10,000 deep", "json", json_deep, True),
    ("10 MB of <div>", "html", divs, False),
    ("60 MB of <b>", "html", tags, False),
    ("60 MB of small elements", "html", markup, False),
    ("a page of 60 MB", "html", pages, False),
    ("text of 60 MB", "txt", prose, False),
    ("GBK of 60 MB", "txt", gbk, False),
    ("UTF-16 of 60 MB", "txt", utf16, False),
    ("a word of 60 MB", "txt", one_word, False),
    ("60 MB beyond the BMP", "txt", rare, False),
    ("eight records of 60 MB", "jsonl", records_60mb, False),
    ("XML of 60 MB, 1.5 million records", "xml", xml_elements, True),
    ("billion laughs", "xml", laughs, False),
    ("gz of 2 GB of zeros", "jsonl.gz", gz_bomb, True),
    ("bz2 of 1 GB of zeros", "txt.bz2", bz2_bomb, True),
    ("gz ten deep", "txt" + ".gz" * 10, gz_ten_deep, True),
    ("zip of 20 x 60 MB of zeros", "zip", zip_bomb, True),
    ("zips in a zip, 4 GB of zeros", "zip", zip_in_zip, True),
    ("zip of 10,000 overlapping entries, 600 GB", "zip", zip_overlap, True),
    ("zip of 1,000,000 empty entries", "zip", zip_million, True),
    ("zip of 1,000,000 folders", "zip", zip_million_folders, False),
    ("tar.gz of 1,100,000 empty entries", "tar.gz", tar_million, True),
    ("tar.gz of 100 x 60 MB of zeros", "tar.gz", tar_bomb, True),
    ("tar.gz with a name of 1 GB", "tar.gz", tar_long_name, True),
    ("docx of 100 MB of <w:p>", "docx", docx_bomb, True),
    ("docx of 20 MB of paragraphs", "docx", docx_elements, False),
    ("warc of 256 MB of wrong lengths", "warc", warc_lies, True),
    ("warc of 200 bombs", "warc", warc_pages, True),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="files whose name holds this")
    parser.add_argument("--most", type=int, default=600, help="MB of memory allowed")
    parser.add_argument("--seconds", type=float, default=30, help="time allowed for each")
    parser.add_argument("--jianbao", default=str(PROJECT / "target/release/jianbao"))
    parser.add_argument("--work", type=Path, default=PROJECT / "target/hostile")
    args = parser.parse_args()
    bad = 0
    print("| file | s | peak MB | accepted | rejected | said |")
    print("|---|---|---|---|---|---|")
    for name, ending, write, named in FILES:
        if args.only and args.only not in name:
            continue
        shutil.rmtree(args.work, ignore_errors=True)
        (args.work / "in").mkdir(parents=True)
        (args.work / "in/sound.txt").write_text(NEWS + "收尾。", "utf-8")
        write(args.work / f"in/hostile.{ending}")
        before = sorted(p.name for p in args.work.rglob("*"))
        log = open(args.work / "log", "w+")
        command = [args.jianbao, "--index", args.work / "index", "--memory", "256M", "index", args.work / "in", "--json"]
        begun = time.monotonic()
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        seconds, peak = time.monotonic() - begun, usage.ru_maxrss / 1024
        log.seek(0)
        lines = log.read().splitlines()
        tally = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
        said = next((line.split(": ", 1)[-1] for line in lines if "hostile" in line), "-")
        os.remove(args.work / "log")
        shutil.rmtree(args.work / "index", ignore_errors=True)
        after = sorted(p.name for p in args.work.rglob("*"))
        wrong = []
        if peak > args.most:
            wrong.append("memory")
        if seconds > args.seconds:
            wrong.append("time")
        if before != after:
            wrong.append("wrote elsewhere")
        if named and not tally.get("rejected"):
            wrong.append("not named")
        if not tally.get("accepted"):
            wrong.append(f"the sound one is lost: {lines[-1:]}")
        bad += bool(wrong)
        print(
            f"| {name} | {seconds:.1f} | {peak:.0f} | {tally.get('accepted')} | {tally.get('rejected')} | "
            f"{said[:90]} |{' **' + ', '.join(wrong) + '**' if wrong else ''}",
            flush=True,
        )
    shutil.rmtree(args.work, ignore_errors=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
