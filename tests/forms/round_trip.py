#!/usr/bin/env python3
"""The same stories in every form an archive comes in give the same index.

    tests/forms/round_trip.py [--input NEWS.jsonl[.zst]] [-n 3000] [--form NAME]…

Writes the first stories of a JSONL file as GBK text, UTF-16 text, Big5 text in
traditional script, GB18030 pages with the official tags, one CSV, a WARC.gz, Word
documents, a zip with GBK names and a tar.bz2, each by the program or library that
people use for it; indexes each form; and compares it with the index of the JSONL:
which articles there are, their titles, dates, sources and texts, and for 200
queries the ranked list and the exact count.

Without --input the stories are those of corpus/jsonl, so anyone can run it. The
makers (warcio, python-docx, OpenCC, zstandard, from PyPI) go into a virtual
environment under target/, made at the first run. Needs a built
target/release/jianbao. Exit status 1 when a form differs.
"""

import argparse
import csv
import html
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
MAKERS = ["warcio==1.8.1", "python-docx==1.2.0", "OpenCC==1.4.2", "zstandard==0.25.0"]


def with_makers(work):
    """Starts this script again with the libraries it needs."""
    home = work / "venv"
    python = home / "bin" / "python"
    if Path(sys.prefix).resolve() == home.resolve():
        return
    if not (home / "ready").exists():
        print("making", home.relative_to(PROJECT), "with", ", ".join(MAKERS), flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *MAKERS], check=True)
        (home / "ready").touch()
    os.execv(python, [str(python), *sys.argv])


# --- the stories ---------------------------------------------------------------


def stories_of(path, count):
    """Stories with all five fields, paragraphs tidied as every form would."""
    if path is None:
        lines = []
        for file in sorted((PROJECT / "corpus/jsonl").glob("*.jsonl")):
            lines += file.read_text("utf-8").splitlines()
    elif path.suffix == ".zst":
        import zstandard

        with open(path, "rb") as packed:
            text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8")
            lines = []
            for line in text:
                lines.append(line)
                if len(lines) > 3 * count:
                    break
    else:
        lines = path.read_text("utf-8").splitlines()
    found, seen = [], set()
    for line in lines:
        try:
            story = json.loads(line)
        except ValueError:
            continue
        if all(isinstance(story.get(k), str) for k in ("id", "title", "date", "source", "body")):
            paragraphs = [p.strip() for p in story["body"].split("\n")]
            story["body"] = "\n".join(p for p in paragraphs if p)
            story["title"] = " ".join(story["title"].split())
            if story["body"] and story["title"] and story["id"] not in seen:
                seen.add(story["id"])
                found.append(story)
        if len(found) == count:
            break
    return found


# --- the forms: each writes files and says which place is which story ------------


def line(story):
    """The line under a headline. It is part of the text of a form that has no fields."""
    return f"{story['date']} 来源：{story['source']}"


def text(story):
    head = f"{story['title']}\n{line(story)}\n\n"
    return head + "".join(f"　　{p}\n" for p in story["body"].split("\n"))


def page(story, charset):
    e = html.escape
    tags = {
        "SiteName": "某某县人民政府",
        "SiteDomain": "www.example.gov.cn",
        "SiteIDCode": "4400000001",
        "ColumnName": "要闻",
        "ColumnType": "工作动态",
        "ArticleTitle": story["title"],
        "PubDate": story["date"] + " 09:30",
        "ContentSource": story["source"],
    }
    metas = "".join(f'<meta name="{k}" content="{e(v)}">\n' for k, v in tags.items())
    body = "".join(f"<p>　　{e(p, quote=False)}</p>\n" for p in story["body"].split("\n"))
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{e(story["title"])}_某某县人民政府</title>\n'
        f'{metas}</head><body>\n<div class="nav"><a href="/">首页</a> &gt; <a href="/yw/">要闻</a></div>\n'
        f'<h1>{e(story["title"])}</h1>\n<div class="info">发布时间：{story["date"]} 09:30　来源：{e(story["source"])}　'
        f'<a href="javascript:window.print()">打印本页</a></div>\n<div class="TRS_Editor">{body}</div>\n'
        f'<div class="share">分享到：</div><div class="footer">主办单位：某某县人民政府办公室</div></body></html>\n'
    )


def files(folder, stories, ending, encode):
    """One file a story; a story the encoding cannot carry is left out and named."""
    places, lost = {}, {}
    folder.mkdir(parents=True)
    for n, story in enumerate(stories):
        try:
            data = encode(story)
        except UnicodeEncodeError as error:
            lost[n] = error.object[error.start : error.end]
            continue
        (folder / f"{n:06}.{ending}").write_bytes(data)
        places[f"{folder.name}/{n:06}.{ending}"] = n
    return places, lost


def as_gbk(folder, stories):
    return files(folder, stories, "txt", lambda s: text(s).encode("gbk"))


def as_utf16(folder, stories):
    return files(folder, stories, "txt", lambda s: text(s).encode("utf-16"))


def as_big5(folder, stories):
    import opencc

    turn = opencc.OpenCC("s2tw")
    return files(folder, stories, "txt", lambda s: turn.convert(text(s)).encode("big5hkscs"))


def as_html(folder, stories):
    return files(folder, stories, "html", lambda s: page(s, "gb18030").encode("gb18030"))


def as_docx(folder, stories):
    import docx

    def encode(story):
        document = docx.Document()
        document.add_heading(story["title"], 0)
        document.add_paragraph(line(story))
        for paragraph in story["body"].split("\n"):
            document.add_paragraph(paragraph)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return files(folder, stories, "docx", encode)


def as_csv(folder, stories):
    folder.mkdir()
    names = ["id", "title", "date", "source", "url", "body"]
    with open(folder / "news.csv", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(stories)
    return {f"{folder.name}/news.csv:{n + 1}": n for n in range(len(stories))}, {}


def as_warc(folder, stories):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    folder.mkdir()
    with open(folder / "crawl.warc.gz", "wb") as file:
        writer = WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "warcio"}))
        for n, story in enumerate(stories):
            kind = [("Content-Type", "text/html; charset=utf-8")]
            headers = StatusAndHeaders("200 OK", kind, protocol="HTTP/1.1")
            body = io.BytesIO(page(story, "utf-8").encode("utf-8"))
            url = f"http://www.example.gov.cn/yw/{n}.html"
            writer.write_record(
                writer.create_warc_record(url, "response", payload=body, http_headers=headers)
            )
    return {f"{folder.name}/crawl.warc.gz:{n + 2}": n for n in range(len(stories))}, {}


class OldZipInfo(zipfile.ZipInfo):
    """An entry whose name is GBK and not marked as anything, as old programs wrote it."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def as_zip(folder, stories):
    folder.mkdir()
    places, lost = {}, {}
    with zipfile.ZipFile(folder / "news.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n, story in enumerate(stories):
            try:
                data = text(story).encode("gbk")
            except UnicodeEncodeError as error:
                lost[n] = error.object[error.start : error.end]
                continue
            info = OldZipInfo(f"新闻/{n:06}.txt")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
            places[f"{folder.name}/news.zip!新闻/{n:06}.txt"] = n
    return places, lost


def as_tar(folder, stories):
    folder.mkdir()
    places = {}
    with tarfile.open(folder / "news.tar.bz2", "w:bz2") as archive:
        for n, story in enumerate(stories):
            data = text(story).encode("utf-8")
            info = tarfile.TarInfo(f"新闻/{n:06}.txt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            places[f"{folder.name}/news.tar.bz2!新闻/{n:06}.txt"] = n
    return places, {}


def nothing(story):
    return ""


def under(story):
    return line(story) + "\n"


def both(story):
    return f"{story['title']}\n{line(story)}\n"


# Each form, and the lines of its text that the JSONL has as fields. A text has no
# place for a field, so its headline is a line of it, found by exact strings: it is
# compared with a JSONL whose bodies begin with the same lines.
FORMS = {
    "gbk": (as_gbk, both),
    "utf16": (as_utf16, both),
    "big5": (as_big5, both),
    "html": (as_html, nothing),
    "docx": (as_docx, under),
    "csv": (as_csv, nothing),
    "warc": (as_warc, nothing),
    "zip": (as_zip, both),
    "tar": (as_tar, both),
}


# --- what an index answers -------------------------------------------------------


def run(program, index, *args):
    command = [program, "--index", index, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{command}: {done.stderr}")
    return done.stdout


def objects(output):
    return [json.loads(line) for line in output.splitlines()]


class Answers:
    """Everything an index says, with each article under the number of its story."""

    def __init__(self, program, index, queries, places, by_id):
        self.articles = {}
        self.strange = []
        every = "日期：1900..2100"
        number = {}
        for hit in objects(
            run(program, index, "search", every, "--json", "-n", 10**7, "--group", "passage",
                "--script", "simplified")
        ):
            at = by_id.get(hit["article"], places.get(hit["path"]))
            if at is None:
                self.strange.append(hit["path"])
                continue
            number[hit["article"]] = at
            article = self.articles.setdefault(
                at, {"title": hit["title"], "date": hit["date"], "source": hit["source"], "text": {}}
            )
            article["text"][hit["passage"]] = hit["text"]
        self.ranked, self.counts = {}, {}
        for hit in objects(
            run(program, index, "search", "--queries", queries, "--json", "-n", 20)
        ):
            at = number.get(hit["article"])
            self.ranked.setdefault(hit["query"], []).append((at, round(hit["score"], 6)))
        for count in objects(run(program, index, "search", "--queries", queries, "--count")):
            self.counts[count["query"]] = count["articles"]


def lists_differ(ours, theirs, near=0.01):
    """Whether two ranked lists differ by more than the order of equals. Equals are told
    apart by their ids, which are others in each form; and a headline that is a line of
    the text weighs a little else than one that is a field, in the fifth digit."""
    if len(ours) != len(theirs):
        return True
    scores = dict(ours)
    last = ours[-1][1] if ours else 0
    return any(
        at != other and abs(scores.get(other, last) - score) > near
        for (at, score), (other, _) in zip(ours, theirs)
    )


def compare(name, base, form, lost, examples):
    """Counts what differs, story by story and query by query."""
    differ = {"missing": 0, "title": 0, "date": 0, "source": 0, "text": 0}
    shown = {}
    for at, want in base.articles.items():
        if at in lost:
            continue
        is_ = form.articles.get(at)
        if is_ is None:
            differ["missing"] += 1
            shown.setdefault("missing", at)
            continue
        for field in ("title", "date", "source", "text"):
            if is_[field] != want[field]:
                differ[field] += 1
                shown.setdefault(field, (at, want[field], is_[field]))
    ranked = [q for q in base.counts if lists_differ(base.ranked.get(q, []), form.ranked.get(q, []))]
    counts = [q for q in base.counts if base.counts[q] != form.counts.get(q)]
    bad = sum(differ.values()) + len(ranked) + len(counts) + len(form.strange)
    print(
        f"| {name} | {len(form.articles)} | {len(lost)} | {differ['missing']} | {differ['title']} | "
        f"{differ['date']} | {differ['source']} | {differ['text']} | {len(ranked)} | {len(counts)} |",
        flush=True,
    )
    if examples:
        for field, what in shown.items():
            print(f"    {field}: {what}"[:1500])
        for query in ranked[:3]:
            print(f"    ranked {query}: {base.ranked.get(query)[:5]}\n      is {form.ranked.get(query, [])[:5]}")
        for query in counts[:3]:
            print(f"    count {query}: {base.counts[query]} is {form.counts.get(query)}")
        if form.strange:
            print("    not expected:", form.strange[:3])
    return bad


def queries_of(stories, count, path):
    """Words of headlines, and exact strings out of texts, by a fixed seed."""
    dice = random.Random(20180601)
    with open(path, "w", encoding="utf-8") as file:
        for n in range(count):
            story = dice.choice(stories)
            if n % 2:
                paragraph = dice.choice(story["body"].split("\n"))
                at = dice.randrange(max(1, len(paragraph) - 8))
                query = "“" + paragraph[at : at + dice.randint(4, 9)].strip() + "”"
            else:
                query = story["title"][: dice.randint(4, 16)]
            # What would be read as syntax is searched for as it is in no form.
            query = "".join(c if c not in "\t\"-~*:：()（）|" else " " for c in query)
            file.write(f"q{n}\t{query}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--input", type=Path, help="JSONL, or JSONL.zst; default: corpus/jsonl")
    parser.add_argument("-n", type=int, default=3000, help="stories")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--form", action="append", choices=FORMS, help="only these forms")
    parser.add_argument("--jianbao", default=str(PROJECT / "target/release/jianbao"))
    parser.add_argument("--work", type=Path, default=PROJECT / "target/round-trip")
    parser.add_argument("--examples", action="store_true", help="show the first difference of each kind")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    args.work = args.work.resolve()
    args.input = args.input and args.input.resolve()
    with_makers(args.work)

    stories = stories_of(args.input, args.n)
    if not stories:
        sys.exit("no story with id, title, date, source and body")
    queries = args.work / "queries.tsv"
    queries_of(stories, args.queries, queries)

    def answers(name, make, kept):
        folder, index = args.work / name, args.work / f"index-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(index, ignore_errors=True)
        places, lost = make(folder, kept)
        run(args.jianbao, index, "index", folder, "--rejects", args.work / f"{name}.rejects")
        by_id = {s["id"]: n for n, s in enumerate(kept)}
        return Answers(args.jianbao, index, queries, places, by_id), lost

    known = {}

    def base_of(head, lost):
        """The JSONL with these lines before each body, without what a form cannot carry:
        ranks depend on all articles."""
        key = (head.__name__, frozenset(lost))
        if key not in known:

            def as_jsonl(folder, all_of_them):
                folder.mkdir()
                with open(folder / "news.jsonl", "w", encoding="utf-8") as file:
                    for n, story in enumerate(all_of_them):
                        if n not in lost:
                            story = {**story, "body": head(story) + story["body"]}
                            file.write(json.dumps(story, ensure_ascii=False) + "\n")
                return {}, {}

            known[key], _ = answers(f"jsonl-{head.__name__}", as_jsonl, stories)
        return known[key]

    print(f"{len(stories)} stories, {args.queries} queries\n")
    print("| form | articles | not in the encoding | missing | title | date | source | text | ranked | counts |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    bad = 0
    for name in args.form or FORMS:
        make, head = FORMS[name]
        form, lost = answers(name, make, stories)
        bad += compare(name, base_of(head, lost), form, lost, args.examples)
        if lost:
            kinds = "".join(sorted({c for text in lost.values() for c in text}))
            print(f"    no code for: {kinds}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
