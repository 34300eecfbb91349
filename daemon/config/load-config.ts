import { dirname, join, resolve } from 'node:path';
import { isId } from '../../protocol/ids.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import { toDataPaths } from './config.ts';
import type { Config, Origin } from './config.ts';
import { toConfigError } from './config-problem.ts';
import type { ConfigProblem } from './config-problem.ts';
import { NO_FILE, readFileLayer } from './file-layer.ts';
import type { FileLayer } from './file-layer.ts';
import { findConfigFile } from './find-config-file.ts';
import type { ConfigPlace } from './find-config-file.ts';
import { findMistypedVariables, pick, toEnvironmentLayer, toFlagLayer } from './layers.ts';
import type { Layer } from './layers.ts';
import { nearestName } from '../../protocol/nearest-name.ts';
import { findUserState } from './user-state.ts';
import { DEFAULT_INTERPRETERS, SETTING_KEYS } from './settings.ts';
import type { SettingKey, SettingValue } from './settings.ts';

/** Where to look, and what outranks the file. */
export interface LoadConfigOptions {
  /** The folder to start from, usually the working directory. */
  readonly startDir: string;
  /** A folder of the repository to work in; default: `startDir`. */
  readonly repoDir?: string | undefined;
  /** A configuration file named by the user; default: `REEVE_CONFIG`, else `reeve.yaml` found upwards. */
  readonly explicitFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Partial<Record<SettingKey, SettingValue>>>;
}

/**
 * Loads the configuration: flag over `REEVE_*` over `reeve.yaml` over default, for each setting by itself.
 *
 * The data root is by default the folder of the file; without a file it is the repository's top folder, and there
 * are no workers.
 *
 * @throws ReeveError CONFIG_INVALID with every problem in `details.problems`; NOT_FOUND for a missing folder
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { startDir, env } = options;
  const explicit = options.explicitFile ?? (env['REEVE_CONFIG'] || null);
  const place = await findConfigFile(
    resolve(startDir, options.repoDir ?? '.'),
    explicit === null ? null : resolve(startDir, explicit),
  );
  const file = place.file === null ? NO_FILE : await readFileLayer(place.file);
  const layers = [toFlagLayer(options.flags ?? {}), toEnvironmentLayer(env), file];
  const defaultWorker = chooseDefaultWorker(layers, file.workers);
  const problems = layers.flatMap((layer) => layer.problems);
  if (problems.length === 0) problems.push(...findReservedName(layers));
  if (file.problems.length === 0) problems.push(...findMissingWorker(defaultWorker, file.workers));
  if (problems.length > 0) throw toConfigError(problems);
  const warnings = [...place.warnings, ...findMistypedVariables(env)];
  return toConfig({ place, file, layers, defaultWorker, warnings, startDir, env });
}

interface Chosen {
  readonly value: SettingValue | null;
  readonly origin: Origin;
}

function chooseDefaultWorker(layers: readonly Layer[], workers: ReadonlyMap<string, WorkerProfile>): Chosen {
  const chosen = pick(layers, 'default_worker');
  const [only, ...others] = workers.keys();
  if (chosen.value !== null || only === undefined || others.length > 0) return chosen;
  return { value: only, origin: { source: 'default', at: 'the only worker' } };
}

/** The schema accepts names such as `con`, which some systems reserve; the project becomes a folder. */
function findReservedName(layers: readonly Layer[]): readonly ConfigProblem[] {
  const { value, origin } = pick(layers, 'project');
  if (isId(value)) return [];
  const message = `project is ${String(value)}, a name that some systems reserve.`;
  return [
    { code: 'VALUE_INVALID', pointer: '/project', at: origin.at, message, hint: 'Choose another name.' },
  ];
}

function findMissingWorker(
  chosen: Chosen,
  workers: ReadonlyMap<string, WorkerProfile>,
): readonly ConfigProblem[] {
  if (chosen.value === null || workers.has(String(chosen.value))) return [];
  const name = String(chosen.value);
  const names = [...workers.keys()];
  const meant = nearestName(name, names);
  const accepted = names.length === 0 ? 'No worker is configured.' : `Configured: ${names.join(', ')}.`;
  return [
    {
      code: 'WORKER_UNKNOWN',
      pointer: '/default_worker',
      at: chosen.origin.at,
      message: `default_worker names ${name}, which is not among the workers.`,
      hint: meant === null ? accepted : `Did you mean ${meant}? ${accepted}`,
    },
  ];
}

function toConfig(parts: {
  readonly place: ConfigPlace;
  readonly file: FileLayer;
  readonly layers: readonly Layer[];
  readonly defaultWorker: Chosen;
  readonly warnings: readonly string[];
  readonly startDir: string;
  readonly env: LoadConfigOptions['env'];
}): Config {
  const { place, file, layers, defaultWorker } = parts;
  const number = (key: SettingKey): number => Number(pick(layers, key).value);
  const origins = new Map(SETTING_KEYS.map((key) => [key, pick(layers, key).origin]));
  return {
    file: place.file,
    repository: place.repository,
    project: String(pick(layers, 'project').value),
    defaultWorker: defaultWorker.value === null ? null : String(defaultWorker.value),
    workers: file.workers,
    limits: {
      runtime_sec: number('limits.runtime_sec'),
      silence_sec: number('limits.silence_sec'),
      memory_mb: number('limits.memory_mb'),
      output_mb: number('limits.output_mb'),
    },
    parallel: number('limits.parallel'),
    retry: {
      max_attempts: number('retry.max_attempts'),
      max_rework_rounds: number('retry.max_rework_rounds'),
      on_exhausted: pick(layers, 'retry.on_exhausted').value === 'reject' ? 'reject' : 'escalate',
    },
    interpreters: { ...DEFAULT_INTERPRETERS, ...file.interpreters },
    http: { enabled: pick(layers, 'http.enabled').value === true, port: number('http.port') },
    inbox: { rescanSec: number('inbox.rescan_sec') },
    ledger: { segmentMb: number('ledger.segment_mb') },
    anchors: { gitNotes: pick(layers, 'anchors.git_notes').value === true },
    paths: toDataPaths(resolveRoot(parts), join),
    userState: findUserState(parts.env),
    origins: origins.set('default_worker', defaultWorker.origin),
    warnings: parts.warnings,
  };
}

/** By default the folder of the file, else the repository's top; a path given by hand is relative to where it stands. */
function resolveRoot(parts: {
  readonly place: ConfigPlace;
  readonly layers: readonly Layer[];
  readonly startDir: string;
}): string {
  const { value, origin } = pick(parts.layers, 'data_root');
  if (origin.source !== 'default') return resolve(parts.startDir, String(value));
  return parts.place.file === null ? parts.place.repository : dirname(parts.place.file);
}
