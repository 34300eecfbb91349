import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PackRefusedData } from '../../protocol/generated/types.ts';
import type { Problem } from '../../protocol/problem.ts';
import { syncFolder, writeFileDurably } from './durable-file.ts';
import { DAEMON, type ProjectRuntime } from './project-runtime.ts';

/** Something that was handed in and is not taken. */
export interface Refused {
  /** The name it came with. */
  readonly name: string;
  /** Its bytes, or the place it lies in: it is then moved, whatever it is (a link, a pipe, 100 MB). */
  readonly content: { readonly bytes: Uint8Array } | { readonly file: string };
  readonly sha256: string | null;
  readonly size: number;
  readonly problems: readonly Problem[];
}

const MAX_LISTED = 50;
const MAX_TEXT = 300;
/** A file system takes 255; `-2` and `.errors.json` are still to come. */
const MAX_NAME_BYTES = 200;

/**
 * Keeps what was refused under `rejected/`, with every problem in `<name>.errors.json` beside it, and records it.
 *
 * Returns where it was kept, relative to the project's folder.
 */
export async function refuseFile(project: ProjectRuntime, refused: Refused): Promise<string> {
  const folder = join(project.ledger.folder, 'rejected');
  await mkdir(folder, { recursive: true });
  const { problems, sha256, size } = refused;
  const errors = { name: refused.name, sha256, bytes: size, problems };
  const name = await claimName(folder, safeName(refused.name), `${JSON.stringify(errors, null, 2)}\n`);
  try {
    await keep(refused.content, join(folder, name));
  } catch (error) {
    await rm(join(folder, `${name}.errors.json`), { force: true });
    throw error;
  }
  const data: PackRefusedData = {
    name: safeName(refused.name),
    sha256,
    bytes: size,
    kept_as: `rejected/${name}`,
    problems: problems.slice(0, MAX_LISTED).map(boundProblem),
    problem_count: problems.length,
  };
  await project.ledger.appendProject(DAEMON, [{ type: 'pack.refused', data }]).durable;
  return `rejected/${name}`;
}

async function keep(content: Refused['content'], file: string): Promise<void> {
  if ('bytes' in content) return await writeFileDurably(file, content.bytes);
  await rename(content.file, file);
  await syncFolder(dirname(file));
}

/** Threat: the name is the sender's, and becomes a file name and a line on a screen. */
function safeName(name: string): string {
  const plain = basename(name)
    .toWellFormed()
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^\.+/, '');
  const bounded = Buffer.from(plain)
    .subarray(0, MAX_NAME_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return bounded === '' ? 'pack.json' : bounded;
}

/** Claims a name by making its list of problems, which of two refusals at once only one can do. */
async function claimName(folder: string, name: string, errors: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : name.replace(/(\.json)?$/i, `-${count}$1`);
    if (await exists(join(folder, candidate))) continue;
    if (await createSynced(join(folder, `${candidate}.errors.json`), errors)) return candidate;
  }
}

/** Returns false when the file is there already; its name is made durable with that of the file it explains. */
async function createSynced(file: string, content: string): Promise<boolean> {
  const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function boundProblem(problem: Problem): Problem {
  const shorten = (text: string) => text.toWellFormed().slice(0, MAX_TEXT);
  const { code, pointer, message, hint } = problem;
  const bounded = { code, pointer: shorten(pointer), message: shorten(message) };
  return hint === undefined ? bounded : { ...bounded, hint: shorten(hint) };
}
