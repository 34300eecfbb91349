"""Verifies an unzipped Reeve archive: python3 verify_archive.py [FOLDER] [--anchor FILE] [--key VKEY]

A second implementation of "What a verifier does" in docs/ledger-format.md, independent of the JavaScript one: Python 3.8
or newer, the standard library only, Ed25519 written out from RFC 8032. It only reads, follows no link, and opens no file
of the archive that it did not list itself. Exit codes: 0 anchored or unanchored, 2 wrong use, 3 cannot verify,
6 tampered, 9 truncated, 10 rolled back, 11 forked.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
import urllib.parse

EXIT = {
    "USAGE": 2,
    "TAMPERED": 6,
    "FORKED": 11,
    "TRUNCATED": 9,
    "ROLLED_BACK": 10,
    "CANNOT_VERIFY": 3,
    "UNANCHORED": 0,
    "ANCHORED": 0,
}
MAX_LINE = 65535
MAX_DEPTH = 65
MEMBERS = {"actor", "data", "event_hash", "id", "log_id", "prev_event_hash", "project_id", "seq", "time", "type", "v"}
REDACTED = (MEMBERS - {"actor", "data"}) | {"redacted_bytes"}
OPTIONAL = {"run_id", "step_id", "task_id"}
NOTE = re.compile(r"((reeve/[0-9a-f]{32})\n(0|[1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n)(?:\n((?:— \S+ \S+\n)+))?\Z")
BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAG_MANIFEST = "tagmanifest-sha256.txt"
ATTESTATION = "attestation.dsse.json"
MAX_LIST = 4 << 20


class Finding(Exception):
    """Something that is not as it should be, and where."""

    def __init__(self, verdict, message, log=None, seq=None):
        super().__init__(message)
        self.verdict, self.log, self.seq = verdict, log, seq


def tampered(message, log=None, seq=None):
    return Finding("TAMPERED", message, log, seq)


def main():
    parser = argparse.ArgumentParser(description="Verifies an unzipped Reeve archive.")
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("--anchor", metavar="FILE", help="a note that was kept elsewhere")
    parser.add_argument("--key", metavar="VKEY", help="a verifier key that must have signed")
    given = parser.parse_args()
    report = Report()
    report.conclude(report.check("every check was made", lambda: verify_archive(given, report)))


class Report:
    """Prints a line for each check and remembers what is wrong."""

    def __init__(self):
        self.findings = []

    def check(self, name, run):
        try:
            result = run()
        except Finding as finding:
            self.add(name, finding)
        except OSError as error:
            self.add(name, Finding("CANNOT_VERIFY", f"cannot be read: {error}"))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            # What cannot be understood is not what was written.
            self.add(name, tampered(f"cannot be understood: {error!r}"))
        else:
            print(f"ok    {show(name)}")
            return result
        return None

    def add(self, name, finding):
        self.findings.append(finding)
        print(f"FAIL  {show(name)}: {show(finding)}")

    def conclude(self, unanchored):
        rank = list(EXIT)
        # Of findings that are as bad, one with a place says more.
        worst = min(self.findings, key=lambda each: (rank.index(each.verdict), each.log is None), default=None)
        if worst is not None:
            place = "" if worst.log is None else f" at {show(worst.log)} line {worst.seq}"
            print(f"{worst.verdict.replace('_', ' ')}{place}")
            sys.exit(EXIT[worst.verdict])
        print(f"UNANCHORED {unanchored}" if unanchored else "ANCHORED")


def show(text):
    """Threat: what comes out of an archive could steer a terminal."""
    return re.sub(r"[^ -~]", "?", str(text))[:300]


def verify_archive(given, report):
    """Tells how many events no anchor covers."""
    anchor = None if given.anchor is None else read_anchor(given.anchor)
    archive = Archive(given.folder)
    report.check("disclosure.json", archive.read_disclosure)
    checkpoint = report.check("data/checkpoint", lambda: read_checkpoint(archive))
    sizes = {note.size for note in (anchor, checkpoint) if note is not None}
    project = report.check("events.jsonl", lambda: read_project_log(archive, sizes))
    if project is not None:
        for task in project.tasks.values():
            report.check(f"tasks/{task.id}/events.jsonl", lambda: verify_task_log(archive, task))
        report.check(describe_omissions(archive), lambda: refuse_strays(archive, project))
        report.check("the checkpoint", lambda: verify_checkpoint(archive, project, checkpoint, given.key))
        report.check("the attestation", lambda: verify_attestation(archive, project))
        report.check("the anchor", lambda: verify_anchor(project, checkpoint, anchor))
    report.check("the manifests", lambda: verify_manifests(archive))
    return None if project is None else count_unanchored(archive, project, anchor)


class Archive:
    """The files of an archive, listed and digested once."""

    def __init__(self, folder):
        self.folder = folder
        self.digests = {}
        self.payload = {}
        self._list(folder, "")
        self.redacted_lines, self.redacted_files, self.included = set(), {}, None
        self.left_out = 0

    def _list(self, folder, above):
        for entry in sorted(os.scandir(folder), key=lambda found: found.name):
            path = above + entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                self._list(entry.path, f"{path}/")
                continue
            if not stat.S_ISREG(mode):
                raise tampered(f"{path} is a link or a device")
            self.digests[path] = digest_file(entry.path)
            if path.startswith("data/"):
                name = name_in_project(path[5:])
                if name in self.payload:
                    raise tampered(f"{name} is there twice")
                self.payload[name] = path

    def read_disclosure(self):
        if "disclosure.json" not in self.digests:
            return
        text = self.read("disclosure.json")
        told = parse_canonical(text[:-1])
        if text[-1:] != "\n" or set(told) != {"complete", "redacted", "since", "tasks", "v"}:
            raise tampered("it is not of the form that is known")
        tasks, redacted = told["tasks"], told["redacted"]
        if told["v"] != 1 or told["complete"] is not False or set(tasks) != {"included", "left_out"}:
            raise tampered("it is not of the form that is known")
        if not is_list_of(str, tasks["included"]) or not is_list_of(dict, redacted) or not is_count(tasks["left_out"]):
            raise tampered("its tasks or redactions are not lists")
        self.included, self.left_out = set(tasks["included"]), tasks["left_out"]
        if len(self.included) != len(tasks["included"]):
            raise tampered("it names a task twice")
        for item in redacted:
            self._take_redaction(item)

    def _take_redaction(self, item):
        path = item["path"]
        if set(item) == {"path", "seq"}:
            # Threat: in the place of a line of the project log, a task could be made to vanish.
            if not is_count(item["seq"]) or re.match(r"tasks/[^/]+/events\.jsonl\Z", path) is None:
                raise tampered("it redacts what is no line of a task log")
            self.redacted_lines.add((path, item["seq"]))
        elif set(item) == {"bytes", "path", "sha256"}:
            self.redacted_files[path] = item["sha256"]
        else:
            raise tampered("it has a redaction of another form")

    def open(self, path):
        return open(os.path.join(self.folder, *path.split("/")), "rb")

    def read(self, path):
        with self.open(path) as file:
            return file.read().decode("utf-8")

    def size_of(self, name):
        return os.path.getsize(os.path.join(self.folder, *self.payload[name].split("/")))

    def digest_of(self, name):
        """The digest of a file of the project, also of one that was taken out."""
        path = self.payload.get(name)
        return self.redacted_files.get(name) if path is None else self.digests[path]


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_list_of(kind, value):
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def digest_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def name_in_project(spelled):
    """Names that some system cannot hold are spelled =XX, byte by byte, and long ones in parts."""
    quoted = re.sub(r"=(?=[0-9A-F]{2})", "%", spelled.replace("%", "%25").replace("=/", ""))
    return urllib.parse.unquote(quoted, errors="strict")


def verify_manifests(archive):
    if archive.read("bagit.txt") != BAGIT or "fetch.txt" in archive.digests:
        raise tampered("this is no BagIt 1.0 with all its files")
    for manifest, is_payload in (("manifest-sha256.txt", True), (TAG_MANIFEST, False)):
        there = {
            f"{digest}  {path}"
            for path, digest in archive.digests.items()
            if path.startswith("data/") == is_payload and path != TAG_MANIFEST
        }
        listed = archive.read(manifest).split("\n")
        if listed.pop() != "" or len(listed) != len(set(listed)):
            raise tampered(f"{manifest} is not ended, or lists a file twice")
        odd = sorted(there.symmetric_difference(listed))
        if odd:
            raise tampered(f"{manifest} and the files differ: {odd[0]}")


class Task:
    """What the project log says of a task log."""

    def __init__(self, data, at):
        self.id, self.log_id, self.genesis = data["task_id"], data["log_id"], data["genesis"]
        self.created_at = at
        self.segments = []
        self.heads = []

    def end(self, size=None):
        """The newest line that a head covers, as the first lines of the project log have it."""
        seqs = [seq for at, seq, _, _ in self.heads if size is None or at <= size]
        if size is not None and self.created_at > size:
            return 0
        return max(seqs, default=1)


class Key:
    """A key that signs for the log from one of its lines on."""

    def __init__(self, event, before):
        data = event["data"]
        self.seq = event["seq"]
        self.id = data["key_id"]
        self.public = from_base64(data["public_key"])
        self.is_rotated = event["type"] == "key.rotated"
        if len(self.public) != 32 or hashlib.sha256(self.public).hexdigest() != self.id:
            raise ValueError("its key id is not that of its key")
        if self.is_rotated:
            message = f"reeve key rotation v1\n{event['log_id']}\n{before.id}\n{self.id}\n"
            if not ed25519_verify(before.public, message.encode(), from_base64(data["signature"])):
                raise ValueError("the key before did not sign for this one")

    def verifier_key(self, origin):
        return f"{origin}+{self.note_hash(origin).hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def note_hash(self, origin):
        return hashlib.sha256(f"{origin}\n".encode() + bytes([1]) + self.public).digest()[:4]

    def signed(self, note):
        """Tells whether a note carries a right signature of this key."""
        for line in note.signatures:
            _, name, encoded = line.split(" ")
            raw = from_base64(encoded)
            if name == note.origin and raw[:4] == self.note_hash(note.origin):
                if ed25519_verify(self.public, note.text.encode(), raw[4:]):
                    return True
        return False


class Project:
    """What the project log tells."""

    def __init__(self):
        self.size, self.origin = 0, ""
        self.tasks, self.keys, self.roots = {}, [], {}

    def trusted_keys(self, size):
        """The keys up to a size that vouch for the one in force there, which is the last."""
        trusted = []
        for key in self.keys:
            if key.seq <= size:
                trusted = [*trusted, key] if key.is_rotated else [key]
        return trusted


def read_project_log(archive, sizes):
    if not archive.payload.get("events.jsonl"):
        raise Finding("TRUNCATED", "it is missing")
    project, tree = Project(), MerkleTree()
    for event, line, _ in read_log(archive, "", ["events.jsonl"], None):
        tree.append(hashlib.sha256(b"\0" + line).digest())
        project.size, project.origin = event["seq"], f"reeve/{event['log_id']}"
        if tree.size in sizes:
            project.roots[tree.size] = base64.b64encode(tree.root()).decode()
        try:
            take_event(project, event)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise tampered(f"{error}", "events.jsonl", event["seq"]) from error
    if project.size == 0:
        raise Finding("TRUNCATED", "it holds no line")
    return project


def take_event(project, event):
    kind, data = event["type"], event["data"]
    if kind == "task.created":
        if data["task_id"] in project.tasks:
            raise ValueError("the task was created before")
        project.tasks[data["task_id"]] = Task(data, event["seq"])
    elif kind == "head.committed":
        task = project.tasks[data["task_id"]]
        if task.log_id != data["log_id"]:
            raise ValueError("it is the head of another log")
        task.heads.append((event["seq"], data["seq"], data["head_hash"], data["bytes"]))
    elif kind == "segment.sealed":
        project.tasks[data["task_id"]].segments.append(data["file"])
    elif kind in ("key.added", "key.rotated"):
        project.keys.append(Key(event, project.keys[-1] if project.keys else None))


def verify_task_log(archive, task):
    above = f"tasks/{task.id}/"
    log = f"{above}events.jsonl"
    if archive.included is not None and task.id not in archive.included:
        return
    heads = {seq: (head_hash, size) for _, seq, head_hash, size in task.heads}
    end, last = task.end(), 0
    for event, _, size in read_log(archive, above, [*task.segments, "events.jsonl"], task.id):
        last, own = event["seq"], (event["event_hash"], size)
        if last == 1 and (event["event_hash"] != task.genesis or event["log_id"] != task.log_id):
            raise tampered("it is not the first line that the project log knows", log, last)
        if heads.get(last, own) != own or last > end:
            raise tampered("it is not what its head says", log, last)
    if last < end:
        raise Finding("TRUNCATED", f"it ends at {last}, its head is at {end}")


def describe_omissions(archive):
    lines, files = len(archive.redacted_lines), len(archive.redacted_files)
    return f"{archive.left_out} tasks are left out, {lines} lines and {files} files are redacted, and all else is here"


def refuse_strays(archive, project):
    included = set(project.tasks) if archive.included is None else archive.included
    left_out = len(project.tasks) - len(included)
    if not included <= set(project.tasks):
        raise tampered("a task is said to be here that the project log does not know")
    for name in archive.payload:
        parts = name.split("/")
        is_known = len(parts) > 1 and parts[1] in project.tasks
        is_told = archive.included is None or (len(parts) > 1 and parts[1] in archive.included)
        if parts[0] == "tasks" and not (is_known and is_told):
            raise tampered(f"{name} is of no task that is told of")
        if name in archive.redacted_files:
            raise tampered(f"{name} is there, although it is said to be redacted")
    if left_out != archive.left_out:
        raise tampered(f"{left_out} tasks are left out, and {archive.left_out} are said to be")


def read_log(archive, above, parts, task_id):
    """Yields each event of a log with its line and the size so far; stops at the first that does not follow."""
    log = f"{above}events.jsonl"
    last, size = None, 0
    for part in parts:
        path = archive.payload.get(above + part)
        if path is None:
            continue
        with archive.open(path) as file:
            for line in iter(lambda: file.readline(MAX_LINE + 1), b""):
                seq = 1 if last is None else last["seq"] + 1
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("it is too long, or has no end")
                    event = read_line(line[:-1], (log, seq) in archive.redacted_lines)
                    assert_follows(event, last, task_id)
                    assert_named_files(archive, above, event)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                    raise tampered(f"{error}", log, seq) from error
                size += event.get("redacted_bytes", len(line) - 1) + 1
                yield event, line[:-1], size
                last = event


def read_line(line, is_redacted):
    text = line.decode("utf-8")
    event = parse_canonical(text)
    if set(event) - OPTIONAL != (REDACTED if is_redacted else MEMBERS) or event["v"] != 1:
        raise ValueError("it has not the members of a line")
    if is_redacted:
        if not 0 < event["redacted_bytes"] <= MAX_LINE:
            raise ValueError("it was no line")
    else:
        member = f'"event_hash":"{event["event_hash"]}",'.encode()
        before, _, after = line.partition(member)
        if hashlib.sha256(before + after).hexdigest() != event["event_hash"]:
            raise ValueError("its hash is not that of its bytes")
    return event


def assert_follows(event, last, task_id):
    seq, previous, last_id, log_id = 1, None, "", event["log_id"]
    if last is not None:
        seq, previous, last_id, log_id = last["seq"] + 1, last["event_hash"], last["id"], last["log_id"]
    is_next = event["seq"] == seq and event["prev_event_hash"] == previous and event["id"] > last_id
    if not is_next or event["log_id"] != log_id or event.get("task_id") != task_id:
        raise ValueError("it does not follow the line before it")


def assert_named_files(archive, above, event):
    """Compares the files that a line names; a redacted line names none that are known."""
    kind, data = event["type"], event.get("data")
    if data is None:
        return
    if kind == "pack.accepted":
        named = [{"path": data["file"], "sha256": data["pack_sha256"]}]
    elif kind == "rework.requested":
        named = [{"path": data["file"], "sha256": data["rework_sha256"]}]
    elif kind == "attempt.recorded":
        named = [data["review"], data["step_result"], data["patch"]]
    elif kind == "daemon.started":
        named = [data.get("policy")]
    elif kind == "checkpoint.anchored":
        named = [data["checkpoint"], data["proof"]]
    else:
        return
    for file in named:
        if file is not None:
            assert_same(archive, above, file)
    if kind == "attempt.recorded":
        for file in listed_artifacts(archive, above, data["review"]):
            assert_same(archive, above, file)


def assert_same(archive, above, file):
    name = above + file["path"]
    if archive.digest_of(name) != file["sha256"]:
        raise ValueError(f"{name} is not the file that it names")
    if name in archive.payload and "bytes" in file and archive.size_of(name) != file["bytes"]:
        raise ValueError(f"{name} has not the size that it tells")


def listed_artifacts(archive, above, review):
    """What a review record lists. Its digest was checked: one that cannot be read was written that way."""
    name = None if review is None else above + review["path"]
    if name not in archive.payload or archive.size_of(name) > MAX_LIST:
        return []
    try:
        listed = json.loads(archive.read(archive.payload[name]))["artifacts"]
        return [file for file in listed if isinstance(file["path"], str) and isinstance(file["sha256"], str)]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def parse_canonical(text):
    """Parses JSON that must be written as RFC 8785 has it, with no hash named below the top."""
    value = json.loads(text, parse_int=number, parse_float=number)
    if canonical(value, 1) != text:
        raise ValueError("it is no canonical JSON")
    return value


def number(digits):
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def canonical(value, depth):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        value.encode("utf-8")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return canonical_number(float(value))
    if depth > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(value, list):
        return f"[{','.join(canonical(item, depth + 1) for item in value)}]"
    if depth > 1 and {"event_hash", "prev_event_hash"} & set(value):
        raise ValueError("it names a hash in its data")
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(name, depth)}:{canonical(value[name], depth + 1)}" for name in names) + "}"


def canonical_number(value):
    """ECMAScript's Number::toString, which RFC 8785 takes over."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("JSON has no such number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, point = shortest_digits(abs(value))
    if 0 < point <= 21:
        text = digits.ljust(point, "0") if len(digits) <= point else f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        text = f"{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + text


def shortest_digits(value):
    """The digits that repr() finds, and where the decimal point stands before or behind them."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    return digits.rstrip("0"), point


class MerkleTree:
    """RFC 6962 with SHA-256, kept as the roots of its complete subtrees, largest first."""

    def __init__(self):
        self.size, self.subtrees = 0, []

    def append(self, leaf):
        rest = self.size
        while rest % 2 == 1:
            leaf, rest = hash_children(self.subtrees.pop(), leaf), rest // 2
        self.subtrees.append(leaf)
        self.size += 1

    def root(self):
        root = None
        for subtree in reversed(self.subtrees):
            root = subtree if root is None else hash_children(subtree, root)
        return hashlib.sha256(b"").digest() if root is None else root


def hash_children(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Note:
    """A checkpoint, with the signatures it came with."""

    def __init__(self, text):
        match = NOTE.match(text)
        if match is None:
            raise ValueError("it is no checkpoint")
        self.text, self.origin, size, self.root, signatures = match.groups()
        self.size = int(size)
        self.signatures = (signatures or "").splitlines()


def read_anchor(path):
    """Line ends, blank space around lines and a missing last newline do not matter: a note may have come by mail."""
    with open(path, "rb") as file:
        content = file.read(MAX_LINE + 1)
    try:
        lines = [line.strip() for line in content.decode("utf-8").splitlines()]
        return Note("\n".join(lines).strip() + "\n")
    except ValueError as error:
        raise Finding("USAGE", "what was given as --anchor is no note") from error


def read_checkpoint(archive):
    return Note(archive.read("data/checkpoint")) if "data/checkpoint" in archive.digests else None


def verify_checkpoint(archive, project, checkpoint, given_key):
    if checkpoint is None:
        if project.keys or given_key:
            raise Finding("CANNOT_VERIFY", "nothing is signed here")
    else:
        if checkpoint.origin != project.origin:
            raise tampered("it is about another log")
        if checkpoint.size > project.size:
            raise Finding("TRUNCATED", f"it covers {checkpoint.size} lines, the log has {project.size}")
        trusted = project.trusted_keys(checkpoint.size)
        if checkpoint.root != project.roots[checkpoint.size] or not trusted or not trusted[-1].signed(checkpoint):
            raise tampered("it has another root, or was not signed by the key in force")
        if given_key and all(key.verifier_key(project.origin) != given_key.strip() for key in trusted):
            raise tampered("the key that signed it does not come from the one given")
    if "checkpoint.vkey" in archive.digests:
        trusted = project.trusted_keys(project.size if checkpoint is None else checkpoint.size)
        if archive.read("checkpoint.vkey") != f"{trusted[-1].verifier_key(project.origin)}\n":
            raise tampered("checkpoint.vkey is not the key in force")


def verify_attestation(archive, project):
    if ATTESTATION not in archive.digests:
        if project.keys or "checkpoint.vkey" in archive.digests:
            raise Finding("CANNOT_VERIFY", "nobody vouches for the files")
        return
    envelope = json.loads(archive.read(ATTESTATION))
    body, kind = from_base64(envelope["payload"]), b"application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
    key = project.keys[-1]
    if not any(ed25519_verify(key.public, signed, from_base64(each["sig"])) for each in envelope["signatures"]):
        raise tampered("it is not signed by the key in force")
    statement = json.loads(body.decode("utf-8"))
    if statement["predicateType"] != "urn:reeve:archive:v1" or statement["predicate"]["log_id"] != project.origin[6:]:
        raise tampered("it is about something else")
    named = {subject["name"]: subject["digest"].get("sha256") for subject in statement["subject"]}
    for path in archive.digests:
        is_tag = not path.startswith("data/") and path not in (ATTESTATION, TAG_MANIFEST)
        if (is_tag or path == "data/checkpoint") and named.get(path) is None:
            raise tampered(f"it does not name {path}")
    for name, digest in named.items():
        if digest is not None and archive.digests.get(name) != digest:
            raise tampered(f"it names another {name}")


def verify_anchor(project, checkpoint, anchor):
    if anchor is None:
        return
    if anchor.origin != project.origin:
        raise Finding("CANNOT_VERIFY", "it is about another log")
    if anchor.size > project.size:
        raise Finding("ROLLED_BACK", f"it covers {anchor.size} lines, the log has {project.size}")
    if anchor.root == project.roots.get(anchor.size):
        return
    is_covered = checkpoint is not None and anchor.size <= checkpoint.size
    if is_covered and any(key.signed(anchor) for key in project.trusted_keys(checkpoint.size)):
        raise Finding("FORKED", "the key of this log signed another history")
    raise tampered("it is of another history", "events.jsonl", 1)


def count_unanchored(archive, project, anchor):
    size = anchor.size if anchor is not None and anchor.origin == project.origin else 0
    count = project.size - size
    for task in project.tasks.values():
        if archive.included is None or task.id in archive.included:
            count += task.end() - task.end(size)
    return count


def from_base64(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("it is not base64 in its one canonical spelling")
    return raw


# Ed25519 as RFC 8032, section 5.1, has it. Points are in extended coordinates (section 5.1.4).

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def ed25519_verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    point, commitment = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or commitment is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left, right = multiply(scalar, BASE), add(commitment, multiply(challenge, point))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def add(first, second):
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_MINUS_1 % P
    if (x * x - square) % P != 0 or (x == 0 and sign == 1):
        return None
    if x % 2 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

if __name__ == "__main__":
    main()
