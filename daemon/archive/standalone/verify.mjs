// Verifies an unzipped Reeve archive with nothing of Reeve: node verify.mjs [FOLDER] [--anchor FILE] [--key VKEY]
// docs/ledger-format.md says why, under "What a verifier does". It only reads. What is worse is looked for first: the first
// claim that fails is the verdict. Whoever makes archives can make verifiers: take this one from a source that you trust.
import { createHash, verify } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
const NOTE = /^\s*(?<origin>reeve\/\w{32})\s*\n\s*(?<size>[1-9]\d{0,14})\s*\n\s*(?<root>\S{44})(?<signed>(\s.*)?)$/s;
const [STATEMENT, TAG_MANIFEST] = ['attestation.dsse.json', 'tagmanifest-sha256.txt'];
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const options = { anchor: { type: 'string' }, key: { type: 'string' } };
const { values: given, positionals } = parseArgs({ options, allowPositionals: true });
const folder = positionals[0] ?? '.';
const [keys, subtrees, digests, payload, redacted, tasks, roots] = [[], [], ...[1, 2, 3, 4, 5].map(() => new Map())];
let [log, last, project, short] = ['', null, null, false];
const read = (path) => readFileSync(join(folder, path), 'utf8');
const show = (text) => text.replace(/[^ -~]/g, '?').slice(0, 300); // it could steer a terminal
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const claim = (so, text, verdict, at = '') => demand(so, `not so: ${text}`, at, verdict) ?? console.log(`ok  ${text}`);
try {
  const anchor = given.anchor ? NOTE.exec(readFileSync(given.anchor, 'utf8'))?.groups : {};
  demand(anchor, 'what was given as --anchor is no note', '', 'USAGE');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => !each.isDirectory())) {
    const path = join(relative(folder, entry.parentPath ?? entry.path), entry.name).replaceAll(sep, '/');
    demand(entry.isFile(), `${path} is a link or a device`);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk);
    digests.set(path, hash.digest('hex'));
    // Names that some system cannot hold are spelled =XX, byte by byte, and long ones in parts.
    const spelled = path.replaceAll('%', '%25').replaceAll('=/', '');
    const name = decodeURIComponent(spelled.replace(/=(?=[0-9A-F]{2})/g, '%'));
    demand(!payload.has(name), `${name} is there twice`);
    payload.set(name, path);
  }
  const told = digests.has('disclosure.json') ? JSON.parse(read('disclosure.json')) : { redacted: [] };
  const lines = told.redacted.filter(({ seq }) => seq !== undefined);
  for (const { path, seq } of lines) redacted.set(`${path} ${seq}`, true);
  const checkpoint = digests.has('data/checkpoint') ? NOTE.exec(read('data/checkpoint')).groups : {};
  for await (const { event, line } of readLog('', ['events.jsonl'])) {
    const { seq, type, data } = (project = event);
    let hash = sha256(Buffer.of(0), line);
    for (let rest = seq - 1; rest % 2 === 1; rest = (rest - 1) / 2) hash = sha256(Buffer.of(1), subtrees.pop(), hash);
    subtrees.push(hash); // the Merkle tree of RFC 6962, as the roots of its complete subtrees, largest first
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
  const { included, left_out: leftOut } = told.tasks ?? { included: [...tasks.keys()], left_out: 0 };
  const isTold = included.every((task) => tasks.has(task)) && new Set(included).size + leftOut === tasks.size;
  const omitted = `${lines.length} lines and ${told.redacted.length - lines.length} files are redacted, as told`;
  claim(isTold && !lines.some(({ path }) => path === 'events.jsonl'), `${leftOut} tasks are left out, ${omitted}`);
  for (const task of tasks.keys()) if (!included.includes(task)) tasks.delete(task);
  const isOwn = anchor.origin === `reeve/${project.log_id}`;
  let unanchored = Math.max(0, project.seq - (isOwn ? anchor.size : 0));
  for (const [task, { log_id, parts, heads }] of tasks) {
    const end = [...heads.keys()].at(-1);
    for await (const { event, bytes } of readLog(`tasks/${task}/`, [...parts, 'events.jsonl'], task, log_id)) {
      const { own = event.event_hash, bytes: size = bytes } = heads.get(event.seq) ?? {};
      demand(event.seq <= end && own === event.event_hash && size === bytes, 'it is not what the heads say');
    }
    short ||= last.seq < end;
    unanchored += end - ([...heads].findLast(([, { told }]) => isOwn && told <= anchor.size)?.[0] ?? 0);
  }
  const isStray = (name) => name.startsWith('data/tasks/') && !tasks.has(name.split('/')[2]);
  claim(![...payload.keys()].some(isStray), `${tasks.size} task logs are chains, and no others are here`);
  const known = keys.filter(({ seq }) => seq <= checkpoint.size); // each vouches for the next that was rotated in
  const trusted = known.slice(known.findLastIndex(({ isRotated }) => !isRotated));
  if (checkpoint.size <= project.seq) {
    const text = `reeve/${project.log_id}\n${checkpoint.size}\n${roots.get(checkpoint.size)}\n`;
    const signed = checkpoint.signed.split(/\s/).some((word) => isSigned(text, word, known.at(-1)));
    claim(signed && read('data/checkpoint').startsWith(`${text}\n`), 'the checkpoint is signed by the key in force');
    claim(!given.key || trusted.some(({ vkey }) => given.key.endsWith(vkey)), 'it comes from the key given, if any');
  }
  const manifests = read('manifest-sha256.txt') + read(TAG_MANIFEST);
  const files = [...digests].flatMap(([path, digest]) => (path === TAG_MANIFEST ? [] : `${digest}  ${path}\n`));
  claim(manifests.match(/.*\n/g).sort().join('') === files.sort().join(''), 'the manifests list just these files');
  claim(read('bagit.txt').startsWith('BagIt-Version: 1.0\n') && !digests.has('fetch.txt'), 'none of it is elsewhere');
  if (digests.has(STATEMENT)) claim(isAttested(JSON.parse(read(STATEMENT))), 'the key in force vouches for all files');
  const isSame = !isOwn || anchor.size > project.seq || anchor.root === roots.get(anchor.size);
  claim(isSame, 'the log is the one that was anchored, if any', 'TAMPERED', ' at events.jsonl line 1');
  claim(!short && !(checkpoint.size > project.seq), 'no log ends before its head or checkpoint', 'TRUNCATED');
  claim(!isOwn || anchor.size <= project.seq, 'nor before its anchor', 'ROLLED_BACK');
  claim(isOwn || !given.anchor, 'the anchor is about this log, if there is one', 'CANNOT_VERIFY');
  const isDue = keys.length > 0 || given.key || digests.has('checkpoint.vkey');
  claim(!isDue || (checkpoint.size && digests.has(STATEMENT)), 'what has a key is signed', 'CANNOT_VERIFY');
  claim(unanchored === 0, 'every event is anchored', 'UNANCHORED', ` ${unanchored}`);
  console.log('ANCHORED');
} catch (error) {
  const verdict = error.verdict ?? (error.syscall ? 'CANNOT_VERIFY' : 'TAMPERED');
  const at = error.at ?? (log && ` at ${log} line ${last.seq + 1}`);
  console.log(`${show(error.message)}\n${verdict.replace('_', ' ')}${show(at)}`);
  process.exitCode = { USAGE: 2, TAMPERED: 6, TRUNCATED: 9, ROLLED_BACK: 10, CANNOT_VERIFY: 3, UNANCHORED: 0 }[verdict];
}
function demand(holds, message, at = null, verdict = 'TAMPERED') {
  if (!holds) throw Object.assign(new Error(message), { at, verdict });
}
async function* readLog(above, parts, taskId, logId) {
  let [bytes, rest] = [0, ''];
  [log, last] = [`${above}events.jsonl`, { seq: 0, event_hash: null, id: '', log_id: logId }];
  for (const part of parts.flatMap((name) => payload.get(`data/${above}${name}`) ?? [])) {
    for await (const chunk of createReadStream(join(folder, part), 'latin1')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines.map((text) => Buffer.from(text, 'latin1'))) {
        const [event, hash] = readLine(UTF8.decode(line));
        const { v, seq, id, log_id = null, task_id, prev_event_hash: previous, data, redacted_bytes: size } = event;
        const isOwn = v === 1 && task_id === taskId && log_id === (last.log_id ?? log_id) && line.length <= 65_535;
        demand(isOwn && seq === last.seq + 1 && previous === last.event_hash && id > last.id, 'it does not follow');
        demand(data ? event.event_hash === hash : taskId && redacted.has(`${log} ${seq}`), 'it has another hash');
        bytes += (data ? line.length : size) + 1;
        yield { event, line, bytes };
        last = event;
      }
      demand(rest.length <= 65_535, 'it is too long');
    }
  }
  demand(rest === '', 'it has no end');
  log = '';
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
  demand(sha256(raw).toString('hex') === id && (!isRotated || isSigned(message, signature, previous)), 'it is forged');
  return { seq, raw, isRotated, id, vkey: `+${Buffer.of(1, ...raw).toString('base64')}` };
}
function isSigned(text, signature, { raw }) {
  const key = { key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' };
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64').subarray(-64)); // past a note's key hash
}
function isAttested({ payload: encoded, signatures }) {
  const body = Buffer.from(encoded, 'base64');
  const text = `DSSEv1 28 application/vnd.in-toto+json ${body.length} ${body}`;
  const named = new Map(JSON.parse(body).subject.map(({ name, digest }) => [name, digest.sha256 ?? digests.get(name)]));
  const tags = [...digests.keys()].filter((path) => ![STATEMENT, TAG_MANIFEST, 'data'].includes(path.split('/')[0]));
  const isSame = [...named.keys(), ...tags].every((path) => named.get(path) === digests.get(path));
  return isSame && signatures.some(({ sig }) => isSigned(text, sig, keys.at(-1)));
}
