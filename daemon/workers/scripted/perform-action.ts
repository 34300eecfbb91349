import type { ScenarioAction } from '../../../protocol/generated/types.ts';
import { FILE_PERFORMERS } from './file-performers.ts';
import type { Performer, Performers } from './performer.ts';
import { PROCESS_PERFORMERS } from './process-performers.ts';

const PERFORMERS: Performers<ScenarioAction['type']> = { ...FILE_PERFORMERS, ...PROCESS_PERFORMERS };

/** Does one action of a scenario, as the process that is given. Rejects when it cannot be done. */
export async function performAction(action: ScenarioAction, self: NodeJS.Process): Promise<void> {
  // The table proves that each performer takes the actions of its own type, which the compiler cannot follow here.
  const perform = PERFORMERS[action.type] as Performer<ScenarioAction['type']>;
  await perform(action, self);
}
