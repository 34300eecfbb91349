import type { AttemptStory, OutcomeStory } from '../fold/attempt-story.ts';
import { latestOutcomes } from '../fold/latest-outcomes.ts';
import type { TaskStory } from '../fold/task-story.ts';
import { bytes, columnTime, count, duration, grouped } from '../words/amounts.ts';
import { inTask } from '../words/places.ts';
import { nextWords, reasonWords } from '../words/reasons.ts';
import {
  code,
  faint,
  heading,
  mark,
  paragraph,
  said,
  type Block,
  type Cell,
  type Fact,
  type Line,
} from './page.ts';

/** Who did the work, what was tried, and what came of it. */
export function composeAttempts(story: TaskStory): readonly Block[] {
  const { items, dropped } = story.attempts;
  if (items.length === 0)
    return [heading(4, 'What was done'), paragraph('Nothing yet: no attempt was made.')];
  return [
    heading(4, 'Who did the work, and what was done'),
    { type: 'facts', rows: workerFacts(items) },
    {
      type: 'table',
      caption:
        dropped === 0
          ? 'Attempts, in order'
          : `The latest attempts; ${count(dropped, 'earlier one')} in the log`,
      columns: [
        { label: 'Attempt' },
        { label: 'Began (UTC)' },
        { label: 'Result' },
        { label: 'Why' },
        { label: 'Files changed', align: 'end' },
        { label: 'Took', align: 'end' },
      ],
      rows: items.map(attemptRow),
    },
    ...latestOutcomes(story).map(({ outcome }): Block => ({
      type: 'facts',
      rows: changeFacts(story.taskId, outcome),
    })),
  ];
}

/** One line for each worker that was used, however often. */
function workerFacts(attempts: readonly AttemptStory[]): readonly Fact[] {
  const workers = new Map<string, Line>();
  const bounds = new Map<string, Line>();
  const places = new Map<string, Line>();
  for (const { start, program } of attempts) {
    if (start === null) continue;
    const { worker, workerKind, limits, repository, baseCommit } = start;
    const run: Line = program === null ? [] : [', run as ', code(program)];
    workers.set(`${worker} ${String(program)}`, [code(worker), ' (kind ', said(workerKind), ')', ...run]);
    bounds.set(JSON.stringify(limits), [limitWords(limits)]);
    places.set(`${repository} ${baseCommit}`, [code(repository), ' at commit ', code(baseCommit)]);
  }
  if (workers.size === 0)
    return [
      {
        label: 'Worker',
        lines: [
          [
            'Not told by the lines handed over: an outside tool reported the work, or its lines are withheld.',
          ],
        ],
      },
    ];
  return [
    { label: 'Worker', lines: [...workers.values()] },
    { label: 'Repository', lines: [...places.values()] },
    { label: 'Limits', lines: [...bounds.values()] },
  ];
}

function limitWords(limits: NonNullable<AttemptStory['start']>['limits']): string {
  const { runtime_sec, silence_sec, memory_mb, output_mb } = limits;
  return (
    `${duration(runtime_sec * 1_000)} in all, ${duration(silence_sec * 1_000)} without output, ` +
    `${grouped(memory_mb)} MB of memory, ${grouped(output_mb)} MB of output`
  );
}

function attemptRow(attempt: AttemptStory): readonly Cell[] {
  const { outcome, stepId, began, r, s } = attempt;
  const name = [code(`R${r}/S${s}`), ...(stepId === '' ? [] : [' ', faint(`step ${stepId}`)])];
  return [
    [name],
    [[said(columnTime(began))]],
    [[resultMark(attempt)]],
    whyLines(attempt),
    outcome === null ? [] : [[grouped(outcome.fileCount)]],
    outcome === null ? [] : [[duration(outcome.durationMs)]],
  ];
}

function resultMark({ outcome, interrupted }: AttemptStory) {
  if (outcome !== null) return outcome.passed ? mark('good', 'Passed') : mark('bad', 'Failed');
  return interrupted ? mark('warn', 'Interrupted') : mark('plain', 'No outcome');
}

function whyLines({ outcome, interrupted, end }: AttemptStory): readonly Line[] {
  if (outcome === null)
    return [[interrupted ? reasonWords('INTERRUPTED') : 'Its outcome is not in the archive.']];
  const { code: reason, detail, findings, byTool, next, passed } = outcome;
  const others = findings.items.filter((finding) => finding !== detail);
  return [
    [`${reasonWords(reason)}; `, faint(nextWords(next))],
    ...(passed ? [] : [detail, ...others].map((text): Line => [said(text)])),
    ...(findings.dropped === 0
      ? []
      : [[faint(`and ${count(findings.dropped, 'further finding')} in the review`)]]),
    ...(byTool ? [['Reported by an outside tool; not measured by Reeve.']] : []),
    ...endLines(end),
  ];
}

const ENDS: Readonly<Record<NonNullable<AttemptStory['end']>['cause'], string>> = {
  exited: '',
  signaled: 'The worker was ended by a signal.',
  timeout: 'Reeve ended the worker: its time was up.',
  silence: 'Reeve ended the worker: it printed nothing for too long.',
  memory: 'Reeve ended the worker: it used too much memory.',
  output: 'Reeve ended the worker: it printed too much.',
  cancelled: 'A person stopped the worker.',
  not_found: 'The worker’s program was not found.',
  spawn_failed: 'The worker could not be started.',
};

function endLines(end: AttemptStory['end']): readonly Line[] {
  const words = end === null ? '' : ENDS[end.cause];
  return words === '' ? [] : [[words]];
}

function changeFacts(
  taskId: string,
  { files, tree, patch, commands, fileCount }: OutcomeStory,
): readonly Fact[] {
  const listed = files.items.map(({ path, status }): Line => [code(path), ` ${status.replace('_', ' ')}`]);
  const rest: readonly Line[] =
    files.dropped === 0 ? [] : [[faint(`and ${grouped(files.dropped)} more in the review`)]];
  return [
    {
      label: 'Files changed, as git measured',
      lines: fileCount === 0 ? [['None.']] : [...listed, ...rest],
    },
    ...(patch === null
      ? []
      : [
          {
            label: 'All changes',
            lines: [
              [code(inTask(taskId, patch.path)), ` (${bytes(patch.bytes)})`],
              ['SHA-256 ', code(patch.sha256)],
            ],
          },
        ]),
    ...(tree === null ? [] : [{ label: 'Measured state (git tree)', lines: [[code(tree)]] }]),
    ...(commands.items.length > 0 ? [] : [{ label: 'Commands', lines: [['None was run by Reeve.']] }]),
  ];
}
