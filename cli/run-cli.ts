import { Command, CommanderError } from 'commander';
import { ReeveError } from '../protocol/errors.ts';
import { createContext } from './context.ts';
import type { Answer, Context } from './context.ts';
import { toEnvelope, toErrorEnvelope, toToldError } from './envelope.ts';
import { escapeText } from './escape-text.ts';
import { EXIT } from './exit-codes.ts';
import type { Host } from './host.ts';
import { loadVerb } from './load-verb.ts';
import { createOptions, usage } from './options.ts';
import { reeveVersion } from './version.ts';
import { GLOBAL_OPTIONS, VERBS } from './verbs.ts';
import type { VerbSpec } from './verbs/verb-spec.ts';

/** Runs one command line and answers its exit status; nothing is thrown. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  let exit: number = EXIT.ok;
  const program = buildProgram(host, async (spec, values, args) => {
    exit = await runVerb(spec, createContext(host, createOptions(values)), args);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    // No verb at all: commander has printed the help.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return EXIT.usage;
    const verb = VERBS.find(({ name }) => argv.includes(name))?.name;
    const error = thrown instanceof CommanderError ? toUsageError(thrown, verb) : thrown;
    const verbose = argv.includes('-v') || argv.includes('--verbose');
    return tellError(error, host, { json: argv.includes('--json'), verbose });
  }
}

type Run = (spec: VerbSpec, values: Record<string, unknown>, args: readonly string[]) => Promise<void>;

function buildProgram(host: Host, run: Run): Command {
  const program = new Command('reeve')
    .description('Work orders for coding agents: done in isolation, judged, recorded, handed to an auditor.')
    .version(reeveVersion(), '-V, --version', 'print the version')
    .usage('<verb> [options]')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: () => {},
    })
    .exitOverride();
  for (const [flags, text] of GLOBAL_OPTIONS) program.option(flags, text);
  program.addHelpText('after', `\n${INTRODUCTION}`);
  for (const spec of VERBS) addVerb(program, spec, run);
  return program;
}

const INTRODUCTION = `Everyday:
  $ reeve init                     set up this repository
  $ reeve run pack.json            do one pack here and now
  $ reeve start                    keep watching workflow/ for packs
  $ reeve status                   see where everything stands
  $ reeve logs -f TASK             follow one task

reeve <verb> --help shows examples of each.`;

function addVerb(program: Command, spec: VerbSpec, run: Run): void {
  const command = program
    .command(spec.name)
    .description(spec.summary)
    .copyInheritedSettings(program)
    .addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  for (const [name, text] of spec.args) command.argument(name, text);
  for (const [flags, text] of spec.options) {
    if (flags.endsWith('...')) command.option(flags.slice(0, -3), text, collect, []);
    else command.option(flags, text);
  }
  command.action(async () => run(spec, command.optsWithGlobals(), command.args));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runVerb(spec: VerbSpec, context: Context, args: readonly string[]): Promise<number> {
  const { json, verbose, host } = context;
  try {
    const verb = await loadVerb(spec.name);
    if (verb === null) throw new ReeveError('BUG', `The verb ${spec.name} has no code.`);
    const answer = await verb(context, args);
    if (typeof answer === 'number') return answer;
    print(answer, context);
    return answer.exit ?? EXIT.ok;
  } catch (thrown) {
    const exit = isAbort(thrown) ? EXIT.interrupted : tellError(thrown, host, { json, verbose });
    return host.signal.aborted ? EXIT.interrupted : exit;
  }
}

/** A wait that Ctrl-C cut short has nothing to tell. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

function print(answer: Answer, context: Context): void {
  if (context.json) context.out(toEnvelope(answer.data, answer.meta));
  else for (const line of answer.text()) context.out(line);
}

/** An error on stdout as an envelope, or on stderr for a person: what happened, every problem, what to do next. */
function tellError(
  thrown: unknown,
  host: Host,
  how: { readonly json: boolean; readonly verbose: boolean },
): number {
  const told = toToldError(thrown);
  if (how.json) host.stdout.write(`${toErrorEnvelope(told)}\n`);
  const lines = [...told.message.split('\n').map((line) => `reeve: ${escapeText(line)}`)];
  if (told.hint !== null) lines.push(`  → ${escapeText(told.hint)}`);
  if (how.verbose && thrown instanceof Error) lines.push(thrown.stack ?? '');
  if (!how.json || how.verbose) host.stderr.write(`${lines.join('\n')}\n`);
  return told.exit;
}

function toUsageError(error: CommanderError, verb: string | undefined): Error {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const help = verb === undefined ? 'See: reeve --help' : `See: reeve ${verb} --help`;
  const hint = suggestion === undefined ? help : suggestion.replace(/^\((.*)\)$/, '$1');
  const sentence = message.replace('unknown command', 'there is no verb');
  return usage(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`, hint);
}
