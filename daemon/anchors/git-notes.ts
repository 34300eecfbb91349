import { devNull } from 'node:os';
import { parseSignedCheckpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { NOTHING_FOUND, type FoundAnchors } from './found-anchors.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';

/** Where git notes are, and the environment that git is run from. */
export interface NotesPlace {
  /** A folder of the repository. */
  readonly repository: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Puts a signed checkpoint on a commit as its note, under `refs/notes/reeve`; an older one is replaced and stays in
 * that ref's history.
 *
 * Invariant: calls for one repository wait for each other. git takes no lock from reading the ref to moving it, so
 * that of two notes added at once one is lost.
 *
 * @throws ReeveError GIT_MISSING, GIT_FAILED
 */
export async function writeGitNote(
  options: NotesPlace & { readonly commit: string; readonly note: string },
): Promise<void> {
  const { commit, note } = options;
  if (!OBJECT_ID.test(commit)) throw new ReeveError('BUG', `${commit} is no commit id.`);
  const end = await runGit(options, ['notes', `--ref=${REF}`, 'add', '-f', '-F', '-', commit], note);
  if (end.failure === 'missing') {
    throw new ReeveError('GIT_MISSING', 'git could not be started.', { hint: 'Install git, on PATH.' });
  }
  if (!end.ok) throw notWritten(commit, end);
}

/**
 * Reads the signed checkpoints in the history of `refs/notes/reeve`: at most the newest 1,000 notes of up to 16 KiB,
 * those of other ledgers included. Their signatures are not checked.
 *
 * `by` is the annotated commit, abbreviated; `time` is when git says that the note was written.
 */
export async function readGitNotes(place: NotesPlace): Promise<FoundAnchors> {
  const log = await runGit(place, ['log', ...LOG_OPTIONS, `refs/notes/${REF}`, '--']);
  if (log.failure !== null) return { ...NOTHING_FOUND, notes: [unread(log)] };
  // No such ref, or no repository: there is nothing to read.
  if (!log.ok) return NOTHING_FOUND;
  const written = parseLog(log.stdout.toString('utf8'));
  const texts = await readBlobs(place, [...new Set(written.map(({ blob }) => blob))]);
  if (typeof texts === 'string') return { ...NOTHING_FOUND, notes: [texts] };
  const anchors = written.flatMap(({ blob, commit, time }) => {
    const signed = parseSignedCheckpoint(texts.get(blob) ?? '');
    if (signed === null) return [];
    const { note, ...checkpoint } = signed;
    return [{ kind: 'git_note', by: commit.slice(0, 12), time, checkpoint, note } as const];
  });
  return { ...NOTHING_FOUND, anchors };
}

const REF = 'reeve';

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

const MAX_NOTES = 1_000;

const MAX_NOTE_BYTES = 16_384;

const LOG_OPTIONS = [
  `--max-count=${MAX_NOTES}`,
  '--format=time %cI',
  ...['--raw', '--no-abbrev', '--no-renames', '--root', '--no-ext-diff', '--no-textconv'],
];

async function runGit(
  { repository, env }: NotesPlace,
  args: readonly string[],
  input?: string,
  maxBytes = 4 * 1024 * 1024,
): Promise<ProgramEnd> {
  return await runProgram({
    program: 'git',
    args: [...QUIET, ...args],
    cwd: repository,
    env,
    set: IDENTITY,
    maxBytes,
    ...(input === undefined ? {} : { input }),
  });
}

const QUIET = [
  // Threat: each of these can name a program of the repository's choice, or a server to be asked for missing objects.
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['log.showSignature', 'false'],
  ['protocol.allow', 'never'],
  // A note is worth something after a power cut only if it is still there.
  ['core.fsync', 'committed,loose-object,reference'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Reeve',
  GIT_AUTHOR_EMAIL: 'reeve@localhost',
  GIT_COMMITTER_NAME: 'Reeve',
  GIT_COMMITTER_EMAIL: 'reeve@localhost',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // Threat: a worker's `git replace` would make git show another object than the one named.
  GIT_NO_REPLACE_OBJECTS: '1',
};

interface WrittenNote {
  readonly blob: string;
  readonly commit: string;
  readonly time: string;
}

/** Reads `git log --raw`: a time, then `:mode mode blob blob status⇥path`; the path is the commit, perhaps with slashes. */
function parseLog(log: string): readonly WrittenNote[] {
  const written: WrittenNote[] = [];
  let time = '';
  for (const line of log.split('\n')) {
    if (line.startsWith('time ')) time = toUtc(line.slice(5));
    const [, blob, path] = /^:\d+ 100644 [0-9a-f]+ ([0-9a-f]+) [AM]\t([0-9a-f/]+)$/.exec(line) ?? [];
    const commit = (path ?? '').replaceAll('/', '');
    if (blob !== undefined && OBJECT_ID.test(commit)) written.push({ blob, commit, time });
  }
  return written.slice(0, MAX_NOTES);
}

function toUtc(time: string): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** The texts of the blobs that are not too large, by id; or why there are none. */
async function readBlobs(
  place: NotesPlace,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, string> | string> {
  const sizes = await runGit(place, ['cat-file', '--batch-check'], toLines(blobs));
  if (!sizes.ok) return unread(sizes);
  const small = sizes.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, type, size]) => type === 'blob' && Number(size) <= MAX_NOTE_BYTES)
    .map(([id]) => String(id));
  const contents = await runGit(
    place,
    ['cat-file', '--batch'],
    toLines(small),
    (MAX_NOTE_BYTES + 100) * MAX_NOTES,
  );
  return contents.ok ? parseBatch(contents.stdout) : unread(contents);
}

function toLines(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join('');
}

/** Reads `git cat-file --batch`: `<id> blob <size>`, the content, a newline, and again. */
function parseBatch(batch: Buffer): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf('\n', at);
    const [id = '', , size = ''] = batch.toString('utf8', at, end).split(' ');
    texts.set(id, batch.toString('utf8', end + 1, end + 1 + Number(size)));
    at = end + Number(size) + 2;
  }
  return texts;
}

function unread(end: ProgramEnd): string {
  if (end.failure === 'missing') return 'git is not installed: git notes were not looked at';
  if (end.failure === null) return `git notes could not be read: ${end.stderr.trim().slice(-200)}`;
  return `git notes could not be read: git was stopped (${end.failure})`;
}

function notWritten(commit: string, end: ProgramEnd): ReeveError {
  const tail = end.stderr.trim().slice(-500);
  return new ReeveError(
    'GIT_FAILED',
    `The git note on ${commit.slice(0, 12)} was not written: ${tail || (end.failure ?? 'git failed')}`,
    { hint: 'Nothing else depends on it. Check that .git can be written to; the next note is tried again.' },
  );
}
