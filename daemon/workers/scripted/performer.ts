import type { ScenarioAction } from '../../../protocol/generated/types.ts';

/** Does one kind of action, as the process that is given. */
export type Performer<Type extends ScenarioAction['type']> = (
  action: Extract<ScenarioAction, { readonly type: Type }>,
  self: NodeJS.Process,
) => Promise<void>;

/** One performer for each of some kinds of action. */
export type Performers<Type extends ScenarioAction['type']> = { readonly [T in Type]: Performer<T> };
