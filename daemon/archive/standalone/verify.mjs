// Verifies an unzipped Reeve archive with nothing of Reeve: node verify.mjs [FOLDER] [--anchor FILE] [--key VKEY]
// docs/ledger-format.md says why, under "What a verifier does". It only reads. What is worse is looked for first: the first
// claim that fails is the verdict. Whoever makes archives can make verifiers: take this one from a source that you trust.
import { createHash, verify } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
const EXIT = { TAMPERED: 6, FORKED: 11, TRUNCATED: 9, ROLLED_BACK: 10, CANNOT_VERIFY: 3, UNANCHORED: 0 };
const NOTE = /^(?<text>(?<origin>reeve\/\w{32})\n(?<size>\d{1,15})\n(?<root>\S{44})\n)(\n(?<signed>.+)\n)?$/s;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const options = { anchor: { type: 'string' }, key: { type: 'string' } };
const { values: given, positionals } = parseArgs({ options, allowPositionals: true });
const folder = positionals[0] ?? '.';
const [keys, subtrees, digests, payload, redacted, tasks, roots] = [[], [], ...[1, 2, 3, 4, 5].map(() => new Map())];
let [place, project, short] = ['', null, false];
const read = (path) => readFileSync(join(folder, path), 'utf8');
const show = (text) => text.replace(/[^ -~]/g, '?').slice(0, 300); // it could steer a terminal
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const isNoteBy = (note, key) => note.signed?.split(/\s/).some((word) => isSigned(note.text, word, key));
const listFiles = ({ file, pack_sha256: pack, rework_sha256: sha256 = pack, ...data } = {}) =>
  [{ path: file, sha256 }, ...Object.values(data)].filter((each) => each?.path && each.sha256);
const claim = (so, text, verdict, at = '') => demand(so, `not so: ${text}`, at, verdict) ?? console.log(`ok  ${text}`);
try {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => !each.isDirectory())) {
    const path = join(relative(folder, entry.parentPath ?? entry.path), entry.name).replaceAll(sep, '/');
    demand(entry.isFile(), `${path} is a link or a device`);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk);
    digests.set(path, hash.digest('hex'));
    // Names that some system cannot hold are spelled =XX, byte by byte, and long ones in parts.
    const name = path.replaceAll('=/', '').replace(/=(?=[0-9A-F]{2})/g, '%');
    if (path.startsWith('data/')) payload.set(decodeURIComponent(name.slice(5)), path);
  }
  const told = digests.has('disclosure.json') ? JSON.parse(read('disclosure.json')) : { redacted: [] };
  for (const { path, seq = 'file', sha256 } of told.redacted) redacted.set(`${path} ${seq}`, sha256);
  const checkpoint = digests.has('data/checkpoint') ? NOTE.exec(read('data/checkpoint')).groups : {};
  const anchor = given.anchor ? NOTE.exec(readFileSync(given.anchor, 'utf8')).groups : {};
  for await (const { event, line } of readLog('', ['events.jsonl'])) {
    const { seq, type, data = {} } = (project = event);
    // The Merkle tree of RFC 6962, as the roots of its complete subtrees, largest first.
    let hash = event.data ? sha256(Buffer.of(0), line) : Buffer.from(event.leaf_hash, 'hex');
    for (let rest = seq - 1; rest % 2 === 1; rest = (rest - 1) / 2) hash = sha256(Buffer.of(1), subtrees.pop(), hash);
    subtrees.push(hash);
    const root = () => subtrees.reduceRight((right, left) => sha256(Buffer.of(1), left, right)).toString('base64');
    if ([checkpoint.size, anchor.size].includes(`${seq}`)) roots.set(`${seq}`, root());
    const genesis = [1, { told: seq, own: data.genesis }];
    if (type === 'task.created') tasks.set(data.task_id, { log_id: data.log_id, parts: [], heads: new Map([genesis]) });
    const { parts, heads } = tasks.get(data.task_id) ?? {};
    if (type === 'head.committed') heads.set(data.seq, { told: seq, own: data.head_hash, bytes: data.bytes });
    if (type === 'segment.sealed') parts.push(data.file);
    if (type.startsWith('key.')) keys.push(readKey(event, keys.at(-1)));
  }
  claim(project, `the project log is one chain of ${project?.seq} lines`, 'TRUNCATED');
  const isOwn = anchor.origin === `reeve/${project.log_id}`;
  let unanchored = Math.max(0, project.seq - (isOwn ? anchor.size : 0));
  for (const [task, { log_id, parts, heads }] of tasks) {
    if (told.tasks?.included.includes(task) === false && tasks.delete(task)) continue;
    const [end, last] = [[...heads.keys()].at(-1), { seq: 0 }];
    for await (const { event, bytes } of readLog(`tasks/${task}/`, [...parts, 'events.jsonl'], task)) {
      const head = heads.get(event.seq) ?? { own: event.event_hash };
      demand(event.log_id === log_id && event.seq <= end, 'it is of another log, or beyond the newest head');
      demand(head.own === event.event_hash && bytes === (head.bytes ?? bytes), 'it is not what its head says');
      last.seq = event.seq;
    }
    short ||= last.seq < end;
    unanchored += end - ([...heads].findLast(([, { told }]) => isOwn && told <= anchor.size)?.[0] ?? 0);
  }
  const isKnown = (name) => !name.startsWith('tasks/') || tasks.has(name.split('/')[1]);
  claim([...payload.keys()].every(isKnown), `${tasks.size} task logs are chains, and no others are here`);
  // A key vouches for the next one that was rotated in; the last one signs.
  const known = keys.filter(({ seq }) => seq <= (checkpoint.size ?? project.seq));
  const trusted = known.slice(known.findLastIndex(({ isRotated }) => !isRotated));
  if (checkpoint.size <= project.seq) {
    const text = `reeve/${project.log_id}\n${checkpoint.size}\n${roots.get(checkpoint.size)}\n`;
    claim(checkpoint.text === text && isNoteBy(checkpoint, known.at(-1)), 'the checkpoint is signed');
    const isGiven = ({ raw }) => given.key.endsWith(`+${Buffer.of(1, ...raw).toString('base64')}`);
    claim(!given.key || trusted.some(isGiven), 'its key comes from the one given, if any');
  }
  const manifests = (read('manifest-sha256.txt') + read('tagmanifest-sha256.txt')).split('\n').slice(0, -1);
  const listed = new Map(manifests.map((line) => [line.slice(66), line.slice(0, 64)]));
  const isListed = (path) => listed.get(path) === digests.get(path) || path === 'tagmanifest-sha256.txt';
  claim([...digests.keys(), ...listed.keys()].every(isListed), 'the manifests list just these files');
  const isSame = !isOwn || anchor.size > project.seq || anchor.root === roots.get(anchor.size);
  const isFork = !isSame && anchor.size <= checkpoint.size && trusted.some((key) => isNoteBy(anchor, key));
  const [verdict, at] = isFork ? ['FORKED'] : ['TAMPERED', ' at events.jsonl line 1'];
  claim(isSame, 'the log is the one that was anchored, if any', verdict, at);
  claim(!short && !(checkpoint.size > project.seq), 'no log ends before its head or checkpoint', 'TRUNCATED');
  claim(!isOwn || anchor.size <= project.seq, 'nor before its anchor', 'ROLLED_BACK');
  claim(isOwn || !given.anchor, 'the anchor is about this log, if there is one', 'CANNOT_VERIFY');
  claim(checkpoint.size || !(keys.length > 0 || given.key), 'what has a key is signed', 'CANNOT_VERIFY');
  claim(unanchored === 0, 'every event is anchored', 'UNANCHORED', ` ${unanchored}`);
  console.log('ANCHORED');
} catch (error) {
  const verdict = error.verdict ?? (error.syscall ? 'CANNOT_VERIFY' : 'TAMPERED');
  console.log(`${show(error.message)}\n${verdict.replace('_', ' ')}${show(error.at ?? place)}`);
  process.exitCode = EXIT[verdict];
}

function demand(holds, message, at = place, verdict = 'TAMPERED') {
  if (!holds) throw Object.assign(new Error(message), { at, verdict });
}

async function* readLog(above, parts, taskId) {
  const log = `${above}events.jsonl`;
  let [last, bytes, rest] = [{ seq: 0, event_hash: null, id: '' }, 0, ''];
  for (const part of parts.flatMap((name) => payload.get(above + name) ?? [])) {
    for await (const chunk of createReadStream(join(folder, part), 'latin1')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines.map((text) => Buffer.from(text, 'latin1'))) {
        place = ` at ${log} line ${last.seq + 1}`;
        const [event, hash] = readLine(UTF8.decode(line));
        const { v, seq, id, log_id = null, task_id, prev_event_hash: previous } = event;
        const isOwn = v === 1 && task_id === taskId && log_id === (last.log_id ?? log_id) && line.length <= 65_535;
        demand(isOwn && seq === last.seq + 1 && previous === last.event_hash && id > last.id, 'it does not follow');
        demand(event.data ? event.event_hash === hash : redacted.has(`${log} ${seq}`), 'it has another hash');
        for (const { path, sha256 } of listFiles(event.data)) {
          const found = digests.get(payload.get(above + path)) ?? redacted.get(`${above}${path} file`);
          demand(found === sha256, `${path} is not the file that it names`);
        }
        bytes += (event.redacted_bytes ?? line.length) + 1;
        yield { event, line, bytes };
        last = event;
      }
    }
  }
  demand(rest === '', 'it has no end', ` at ${log} line ${last.seq + 1}`);
  place = '';
}

function readLine(text) {
  const event = JSON.parse(text);
  const isPlain = text.match(/(?<!\\)"(prev_)?event_hash":/g).length === 2 && !/[^\\](\\\\)*\\ud/.test(text);
  demand(isPlain && JSON.stringify(event) === text, 'it is no canonical JSON');
  return [event, sha256(Buffer.from(text.replace(`"event_hash":"${event.event_hash}",`, ''))).toString('hex')];
}

function readKey({ seq, type, log_id, data: { public_key, key_id: id, signature } }, previous) {
  const [raw, isRotated] = [Buffer.from(public_key, 'base64'), type === 'key.rotated'];
  const message = `reeve key rotation v1\n${log_id}\n${previous?.id}\n${id}\n`;
  demand(sha256(raw).toString('hex') === id, 'its key has another id');
  demand(!isRotated || isSigned(message, signature, previous), 'its key is not vouched for');
  return { seq, raw, isRotated, id };
}

function isSigned(text, signature, { raw }) {
  const key = { key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' };
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64').subarray(-64)); // past a note's key hash
}
