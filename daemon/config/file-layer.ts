import { open } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Config as ConfigDocument, WorkerConfig } from '../../protocol/generated/types.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Layer } from './layers.ts';
import { readYaml } from './read-yaml.ts';
import type { YamlText } from './read-yaml.ts';
import { SETTING_KEYS, toPointer } from './settings.ts';
import type { SettingKey, SettingValue } from './settings.ts';
import { validateSettings } from './validate-settings.ts';

/** Threat: a configuration is a page of text; anything much larger is not one. */
const MAX_BYTES = 256 * 1024;

/** What `reeve.yaml` says: its plain settings, and the tables that live in the file only. */
export interface FileLayer extends Layer {
  readonly workers: ReadonlyMap<string, WorkerProfile>;
  readonly interpreters: Readonly<Record<string, string>>;
}

/** The layer of an absent file. */
export const NO_FILE: FileLayer = { values: new Map(), problems: [], workers: new Map(), interpreters: {} };

/**
 * Reads and checks a configuration file; paths in it are resolved against its folder.
 *
 * @throws ReeveError CONFIG_INVALID when it cannot be read at all
 */
export async function readFileLayer(file: string): Promise<FileLayer> {
  const parsed = readYaml(await readText(file), file);
  if ('problems' in parsed) return { ...NO_FILE, problems: parsed.problems };
  const { yaml } = parsed;
  const document = yaml.value ?? {};
  const problems = validateSettings(document).map(({ part, ...problem }): ConfigProblem => {
    return { ...problem, at: yaml.locate(problem.pointer, part) };
  });
  if (problems.length > 0) return { ...NO_FILE, problems };
  return toLayer(document, yaml, dirname(file));
}

async function readText(file: string): Promise<string> {
  const bytes = await readBounded(file).catch((cause: unknown) => {
    throw new ReeveError('CONFIG_INVALID', `${file} cannot be read: ${String(cause)}`, {
      hint: 'Check --config, REEVE_CONFIG, and the permissions of the file.',
      cause,
    });
  });
  if (bytes.length > MAX_BYTES) {
    throw new ReeveError('CONFIG_INVALID', `${file} is larger than ${MAX_BYTES} bytes.`);
  }
  if (!isUtf8(bytes)) throw new ReeveError('CONFIG_INVALID', `${file} is not UTF-8 text.`);
  return bytes.toString('utf8');
}

async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    if (!(await handle.stat()).isFile()) throw new Error('not a regular file');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function toLayer(document: ConfigDocument, yaml: YamlText, folder: string): FileLayer {
  const values = new Map<SettingKey, { value: SettingValue; origin: { source: 'file'; at: string } }>();
  for (const key of SETTING_KEYS) {
    const value = valueAt(document, key);
    if (value === undefined) continue;
    const placed = key === 'data_root' ? resolve(folder, String(value)) : value;
    values.set(key, { value: placed, origin: { source: 'file', at: yaml.locate(toPointer(key)) } });
  }
  const workers = Object.entries(document.workers ?? {});
  return {
    values,
    problems: [],
    workers: new Map(workers.map(([name, worker]) => [name, toProfile(name, worker, folder)])),
    interpreters: document.interpreters ?? {},
  };
}

function valueAt(document: ConfigDocument, key: SettingKey): SettingValue | undefined {
  let node: unknown = document;
  for (const part of key.split('.')) node = (node as Readonly<Record<string, unknown>> | undefined)?.[part];
  return node as SettingValue | undefined;
}

function toProfile(name: string, worker: WorkerConfig, folder: string): WorkerProfile {
  const env = worker.env ?? [];
  if (worker.kind === 'scripted') {
    return { kind: 'scripted', name, scenario: resolve(folder, worker.scenario), env };
  }
  const [program = '', ...rest] = worker.command;
  return { kind: 'command', name, command: [toProgram(program, folder), ...rest], env };
}

/** Threat: a relative path, left alone, would be looked up in the worktree, where a worker can replace it. */
function toProgram(program: string, folder: string): string {
  const isPath = program.includes('/') || (process.platform === 'win32' && program.includes('\\'));
  return isPath && !isAbsolute(program) ? resolve(folder, program) : program;
}
