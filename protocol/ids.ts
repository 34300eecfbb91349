declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Identifies a project: one folder under `workflow/`. */
export type ProjectId = Branded<'ProjectId'>;
/** Identifies a task: one log. */
export type TaskId = Branded<'TaskId'>;
/** Identifies one run of a task; begins with the task id and an underscore. */
export type RunId = Branded<'RunId'>;
/** Identifies a step within a task. */
export type StepId = Branded<'StepId'>;
/** Identifies one attempt; unique over the ledger. */
export type AttemptId = Branded<'AttemptId'>;
/** SHA-256 in lowercase hexadecimal. */
export type Sha256 = Branded<'Sha256'>;
/** The hash of one ledger event. */
export type EventHash = Branded<'EventHash'>;

/** The shape of every identifier that becomes a file name: see `Id` in `schemas/common.schema.json`. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Threat: Windows gives these names to devices, with any extension; a trailing dot is silently dropped there. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)|\.$/i;

/** Tells whether a string may name a project, task, run, step or attempt (and so a folder) on every system. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && !RESERVED.test(value);
}
