import type { OutcomeStory } from '../fold/attempt-story.ts';
import { latestOutcomes, type LatestOutcome } from '../fold/latest-outcomes.ts';
import type {
  ReviewContent,
  ReviewedCommand,
  ReviewedCriterion,
  ReviewedGate,
} from '../fold/review-content.ts';
import type { TaskStory } from '../fold/task-story.ts';
import type { Artifact } from '../../../../protocol/generated/types.ts';
import { bytes, count } from '../words/amounts.ts';
import { inTask } from '../words/places.ts';
import { code, faint, heading, mark, said, type Block, type Line } from './page.ts';
import { notShown, type ReadFile } from './read-file.ts';

/** Each criterion of the latest outcome, whether it was met, and by what that is proved. */
export function composeCriteria(story: TaskStory, read: ReadFile): readonly Block[] {
  const outcomes = latestOutcomes(story);
  if (outcomes.length === 0) return [];
  return [
    heading(4, 'Criteria and their evidence'),
    ...outcomes.flatMap((latest) => ofOutcome(story.taskId, latest, read)),
  ];
}

function ofOutcome(
  taskId: string,
  { attempt, outcome, stepId }: LatestOutcome,
  read: ReadFile,
): readonly Block[] {
  const { review } = outcome;
  const content = review === null ? undefined : read(review.path);
  const reviewed = typeof content === 'object' && content.type === 'review' ? content.review : null;
  const step = stepId === '' ? '' : `, step ${stepId}`;
  const { items, dropped } = outcome.criteria;
  const more =
    dropped === 0 ? '' : `; ${count(dropped, 'further criterion', 'further criteria')} in the review`;
  const source: readonly Line[] =
    review === null
      ? [['No review was recorded.']]
      : [
          [code(inTask(taskId, review.path)), ...(reviewed === null ? [` ${notShown(content)}`] : [])],
          ['SHA-256 ', code(review.sha256)],
        ];
  return [
    {
      type: 'table',
      caption: `As judged for attempt R${attempt.r}/S${attempt.s}${step}${more}`,
      columns: [{ label: 'Criterion' }, { label: 'Result' }, { label: 'Shown by' }],
      rows: items.map(({ id, met }) => [
        criterionLines(id, reviewed),
        [[met ? mark('good', 'Met') : mark('bad', 'Not met')]],
        reviewed === null ? recordedProof(outcome) : reviewedProof(taskId, id, reviewed, outcome),
      ]),
    },
    { type: 'facts', rows: [{ label: 'Whole review', lines: source }] },
  ];
}

function criterionLines(id: string, reviewed: ReviewContent | null): readonly Line[] {
  const text = reviewed?.criteria.find((criterion) => criterion.id === id)?.text;
  return [[code(id)], ...(text === undefined ? [] : [[said(text.replace(`${id}:`, '').trim())]])];
}

/** What the log alone says: checks by name, and commands by number. */
function recordedProof({ gates, commands }: OutcomeStory): readonly Line[] {
  return [
    ...gates.items.map(({ id, passed }): Line => [verdict(passed), ' check ', code(id)]),
    ...commands.items.map((command): Line => [
      `Command ${command.index} ${ending(command)}; output SHA-256 `,
      code(command.log_sha256),
    ]),
  ];
}

function reviewedProof(
  taskId: string,
  id: string,
  reviewed: ReviewContent,
  outcome: OutcomeStory,
): readonly Line[] {
  const criterion = reviewed.criteria.find((candidate) => candidate.id === id);
  if (criterion === undefined) return recordedProof(outcome);
  const { items, dropped } = criterion.gates;
  const checks = items.map((gate) => checkOf(gate, reviewed, outcome));
  return [
    ...checks.flatMap((check) => checkLines(taskId, check)),
    ...(dropped === 0 ? [] : [[faint(`and ${count(dropped, 'further check')}`)]]),
    ...evidenceLines(taskId, criterion, checks),
  ];
}

/** A check, with the command that it judged when it judged one. */
interface Check {
  readonly id: string;
  readonly passed: boolean;
  readonly gate: ReviewedGate | null;
  readonly command: ReviewedCommand | null;
}

/** A command check says in its own words which command it judged. */
function checkOf(id: string, { gates, commands }: ReviewContent, outcome: OutcomeStory): Check {
  const gate = gates.find((candidate) => candidate.id === id) ?? null;
  const index = /^command (\d+)\b/.exec(gate?.detail ?? '')?.[1];
  const command = commands.find((candidate) => String(candidate.index) === index) ?? null;
  const passed = outcome.gates.items.find((candidate) => candidate.id === id)?.passed ?? false;
  return { id, passed, gate, command };
}

const GATES: Readonly<Record<string, string>> = {
  required_command_exit_0: 'Command succeeds when Reeve runs it',
  required_command_evidence_only: 'Command gives output when Reeve runs it',
  qa_scope_guard_review: 'Only allowed files changed',
  qa_evidence_review: 'The evidence asked for is there',
};

function checkLines(taskId: string, { id, passed, gate, command }: Check): readonly Line[] {
  const words = gate === null ? undefined : GATES[gate.type];
  const detail = gate === null || passed ? [] : [': ', said(gate.detail)];
  const line: Line = [verdict(passed), ` ${words ?? 'Check'} `, faint(`(${id})`)];
  if (command === null) return [[...line, ...detail]];
  const outputs = command.outputs.filter(({ bytes: size }) => size > 0);
  return [
    [
      ...line,
      ': ',
      code(command.command),
      ` ${ending(command)}${outputs.length === 0 ? ', without output' : ''}`,
    ],
    ...outputs.map((output) => fileLine(taskId, output)),
  ];
}

/** Files beside the outputs of commands, which are told with them. */
function evidenceLines(
  taskId: string,
  { evidence }: ReviewedCriterion,
  checks: readonly Check[],
): readonly Line[] {
  const told = new Set(checks.flatMap(({ command }) => command?.outputs.map(({ path }) => path) ?? []));
  const files = evidence.items.filter(({ kept }) => kept === null || !told.has(kept.path));
  return [
    ...files.map(({ path, kept }) =>
      kept === null ? [code(path), faint(' (not kept)')] : fileLine(taskId, kept),
    ),
    ...(evidence.dropped === 0 ? [] : [[faint(`and ${count(evidence.dropped, 'further file')}`)]]),
  ];
}

function fileLine(taskId: string, { path, sha256, bytes: size }: Artifact): Line {
  return ['File ', code(inTask(taskId, path)), ` (${bytes(size)}), SHA-256 `, code(sha256)];
}

function ending({ exit_code, cause }: { readonly exit_code: number | null; readonly cause: string }): string {
  return cause === 'exited' ? `ended with exit code ${String(exit_code)}` : `was ended by ${cause}`;
}

function verdict(passed: boolean) {
  return passed ? mark('good', 'Passed') : mark('bad', 'Failed');
}
