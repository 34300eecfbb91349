import pc from 'picocolors';
import type { Config } from '../daemon/config/config.ts';
import type { Host } from './host.ts';
import { escapeText } from './escape-text.ts';
import type { Options } from './options.ts';

/** What every verb is given. */
export interface Context {
  readonly host: Host;
  readonly options: Options;
  /** One envelope on stdout instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** True when a person watches: a terminal that can be redrawn, and no CI. */
  readonly live: boolean;
  readonly paint: Paint;
  /** Prints one line for the reader of the answer (stdout). */
  out(line: string): void;
  /** Prints one diagnostic line (stderr); silent with `--quiet`. */
  note(line: string): void;
  /** The configuration in force, read once. */
  config(): Promise<Config>;
}

/** Colours, which do nothing where they are unwanted, and the one way to print text from outside. */
export type Paint = ReturnType<typeof pc.createColors> & { readonly safe: (text: string) => string };

/** What a verb answers with; the frame prints it as an envelope or as text. */
export interface Answer {
  readonly data: unknown;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Lines for a person. */
  readonly text: () => readonly string[];
  /** Default: 0. */
  readonly exit?: number;
}

/** A verb; a number is an exit status of one that printed its answer itself. */
export type Verb = (context: Context, args: readonly string[]) => Promise<Answer | number>;

/** Builds the context of one invocation; `NO_COLOR`, `FORCE_COLOR`, `TERM=dumb` and `CI` are honoured. */
export function createContext(host: Host, options: Options): Context {
  const json = options.flag('json');
  const quiet = options.flag('quiet');
  let config: Promise<Config> | undefined;
  return {
    host,
    options,
    json,
    quiet,
    verbose: options.flag('verbose'),
    live: host.stdout.isTTY === true && !json && !host.env['CI'] && host.env['TERM'] !== 'dumb',
    paint: { ...pc.createColors(wantsColor(host, options) && !json), safe: escapeText },
    out: (line) => void host.stdout.write(`${line}\n`),
    note: (line) => void (quiet || host.stderr.write(`${line}\n`)),
    config: () => (config ??= load(host, options)),
  };
}

/** See https://no-color.org and https://force-color.org. */
function wantsColor(host: Host, options: Options): boolean {
  if (host.env['NO_COLOR'] || options.value('color') === false) return false;
  if (host.env['FORCE_COLOR']) return host.env['FORCE_COLOR'] !== '0';
  return host.stdout.isTTY === true && host.env['TERM'] !== 'dumb';
}

async function load(host: Host, options: Options): Promise<Config> {
  const { loadConfig } = await import('../daemon/config/load-config.ts');
  const project = options.text('project');
  const config = await loadConfig({
    startDir: host.cwd,
    repoDir: options.text('repo'),
    explicitFile: options.text('config'),
    env: host.env,
    flags: project === undefined ? {} : { project },
  });
  if (!options.flag('quiet')) for (const warning of config.warnings) host.stderr.write(`reeve: ${warning}\n`);
  return config;
}
