/**
 * Every setting with one plain value: its key in `reeve.yaml`, its environment variable and its default.
 *
 * Workers and interpreters are tables and live in the file only. The shapes accepted are those of
 * `schemas/config.schema.json`; a test keeps the defaults of both equal.
 */
export const SETTINGS = {
  project: { env: 'REEVE_PROJECT', default: 'default' },
  default_worker: { env: 'REEVE_WORKER', default: null },
  data_root: { env: 'REEVE_DATA_ROOT', default: '.' },
  'limits.runtime_sec': { env: 'REEVE_LIMITS_RUNTIME_SEC', default: 3600 },
  'limits.silence_sec': { env: 'REEVE_LIMITS_SILENCE_SEC', default: 1200 },
  'limits.memory_mb': { env: 'REEVE_LIMITS_MEMORY_MB', default: 4096 },
  'limits.output_mb': { env: 'REEVE_LIMITS_OUTPUT_MB', default: 64 },
  'limits.parallel': { env: 'REEVE_LIMITS_PARALLEL', default: 2 },
  'retry.max_rework_rounds': { env: 'REEVE_RETRY_MAX_REWORK_ROUNDS', default: 1 },
  'retry.on_exhausted': { env: 'REEVE_RETRY_ON_EXHAUSTED', default: 'escalate' },
  'retry.max_attempts': { env: 'REEVE_RETRY_MAX_ATTEMPTS', default: 10 },
  'http.enabled': { env: 'REEVE_HTTP_ENABLED', default: true },
  'http.port': { env: 'REEVE_HTTP_PORT', default: 0 },
  'inbox.rescan_sec': { env: 'REEVE_INBOX_RESCAN_SEC', default: 2 },
  'ledger.segment_mb': { env: 'REEVE_LEDGER_SEGMENT_MB', default: 16 },
  'anchors.git_notes': { env: 'REEVE_ANCHORS_GIT_NOTES', default: true },
} as const satisfies Record<string, { readonly env: string; readonly default: SettingValue | null }>;

/** What one setting may hold. */
export type SettingValue = string | number | boolean;
/** The dotted name of a setting, as in `limits.parallel`. */
export type SettingKey = keyof typeof SETTINGS;

/** All keys, in the order of the documentation. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** Default interpreters; a file adds to them, or overrides one by name. */
export const DEFAULT_INTERPRETERS: Readonly<Record<string, string>> = { python: 'python3' };

/** The RFC 6901 pointer of a setting in `reeve.yaml`. */
export function toPointer(key: SettingKey): string {
  return `/${key.replaceAll('.', '/')}`;
}

/** Which keys a table of `reeve.yaml` knows, by its pointer; null for tables whose keys the user names. */
export function knownKeys(pointer: string): readonly string[] | null {
  if (/^\/workers\/[^/]+$/.test(pointer)) return ['kind', 'command', 'scenario', 'env'];
  if (pointer === '') return [...new Set(SETTING_KEYS.map(firstPart)), 'workers', 'interpreters', '$schema'];
  const table = `${pointer.slice(1)}.`;
  const keys = SETTING_KEYS.filter((key) => key.startsWith(table)).map((key) => key.slice(table.length));
  return keys.length > 0 ? keys : null;
}

function firstPart(key: string): string {
  return key.split('.', 1)[0] ?? key;
}
