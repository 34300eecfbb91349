import type { Origin } from './config.ts';
import type { ConfigProblem } from './config-problem.ts';
import { nearestName } from '../../protocol/nearest-name.ts';
import { SETTINGS, SETTING_KEYS, toPointer } from './settings.ts';
import type { SettingKey, SettingValue } from './settings.ts';
import { validateSettings } from './validate-settings.ts';

/** The settings one source gives, each with the place it was written at. */
export interface Layer {
  readonly values: ReadonlyMap<SettingKey, { readonly value: SettingValue; readonly origin: Origin }>;
  readonly problems: readonly ConfigProblem[];
}

/** The layer of command-line flags; the values are already of their type. */
export function toFlagLayer(flags: Readonly<Partial<Record<SettingKey, SettingValue>>>): Layer {
  const at = (key: SettingKey): string => `--${(key.split('.').at(-1) ?? key).replaceAll('_', '-')}`;
  const values = SETTING_KEYS.flatMap((key) => {
    const value = flags[key];
    return value === undefined ? [] : [{ key, value, origin: { source: 'flag' as const, at: at(key) } }];
  });
  return checked(values);
}

/** The layer of `REEVE_*` variables; numbers and booleans are read strictly, an empty variable counts as unset. */
export function toEnvironmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const values = SETTING_KEYS.flatMap((key) => {
    const name = SETTINGS[key].env;
    const text = environment[name];
    if (text === undefined || text === '') return [];
    return [{ key, value: fromText(key, text), origin: { source: 'environment' as const, at: name } }];
  });
  return checked(values);
}

/** Names in the environment that look like a mistyped setting. */
export function findMistypedVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = [
    ...SETTING_KEYS.map((key) => SETTINGS[key].env as string),
    'REEVE_CONFIG',
    'REEVE_USER_STATE',
  ];
  return Object.keys(environment).flatMap((name) => {
    if (!/^REEVE_(LIMITS|RETRY|HTTP|INBOX|ANCHORS)_/.test(name) || known.includes(name)) return [];
    const meant = nearestName(name, known);
    return [`${name} is not a setting${meant === null ? '' : `; did you mean ${meant}?`}`];
  });
}

/** The value of a setting in the first layer that has it, else its default. */
export function pick(
  layers: readonly Layer[],
  key: SettingKey,
): { readonly value: SettingValue | null; readonly origin: Origin } {
  for (const layer of layers) {
    const found = layer.values.get(key);
    if (found !== undefined) return found;
  }
  return { value: SETTINGS[key].default, origin: { source: 'default', at: 'default' } };
}

interface Entry {
  readonly key: SettingKey;
  readonly value: SettingValue;
  readonly origin: Origin;
}

function checked(entries: readonly Entry[]): Layer {
  const problems = validateSettings(toDocument(entries)).map(({ part: _, ...problem }) => {
    const entry = entries.find(({ key }) => toPointer(key) === problem.pointer);
    return { ...problem, at: entry?.origin.at ?? problem.pointer };
  });
  const values = new Map(entries.map(({ key, value, origin }) => [key, { value, origin }]));
  return { values, problems };
}

function toDocument(entries: readonly Entry[]): Record<string, unknown> {
  const document: Record<string, SettingValue | Record<string, SettingValue>> = {};
  for (const { key, value } of entries) {
    const [first = key, second] = key.split('.');
    if (second === undefined) {
      document[first] = value;
      continue;
    }
    const table = document[first];
    document[first] = { ...(typeof table === 'object' ? table : {}), [second]: value };
  }
  return document;
}

/** Text stays text where it is not exactly a number or boolean, so that the schema names the mistake. */
function fromText(key: SettingKey, text: string): SettingValue {
  const wanted = typeof SETTINGS[key].default;
  if (wanted === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (wanted === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
