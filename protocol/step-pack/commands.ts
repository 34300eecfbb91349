import { parseCommandLine } from '../command-line.ts';
import type { StepPackDocument } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import type { PackSource, Sourced } from './pack-source.ts';

/** The two lists of commands, the required one with the place it was read from. */
export interface RequiredAndAllowed {
  readonly allowed: readonly string[];
  readonly required: Sourced<readonly string[]>;
}

/**
 * Reads the two lists of commands, which are never filled from each other.
 *
 * `commands` is guidance with placeholders and is never executed, so it is not checked; `commands_to_run` is the exact
 * list that the controller runs, so each entry must be a command line without shell syntax.
 */
export function readCommands(source: PackSource): RequiredAndAllowed {
  const { document } = source;
  const allowed = source.read(
    [
      { pointer: '/commands/allowed', raw: inObject(document.commands)?.allowed },
      { pointer: '/commands', raw: inList(document.commands) },
    ],
    (raw) => raw,
  );
  const required = source.read(
    [
      { pointer: '/commands/required', raw: inObject(document.commands)?.required },
      { pointer: '/commands_to_run', raw: document.commands_to_run },
    ],
    (raw) => raw,
  );
  for (const [index, command] of (required.value ?? []).entries()) {
    const parsed = parseCommandLine(command, pointerTo(required.pointer, index));
    source.warnAll(parsed.warnings);
    if (!parsed.ok) source.reportAll(parsed.problems);
  }
  return { allowed: allowed.value ?? [], required };
}

type Commands = StepPackDocument['commands'];

function inList(commands: Commands): readonly string[] | undefined {
  return isList(commands) ? commands : undefined;
}

function inObject(commands: Commands): Exclude<Commands, readonly string[]> {
  return isList(commands) ? undefined : commands;
}

function isList(commands: Commands): commands is readonly string[] {
  return Array.isArray(commands);
}
