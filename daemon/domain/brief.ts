import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { ReworkPack, StepPack } from '../../protocol/generated/types.ts';

/** Renders the work order a worker reads on stdin: markdown, criteria verbatim, rework problems first if any. */
export function renderBrief(
  pack: StepPack,
  rework: ReworkPack | null,
  pointer: { readonly r: number; readonly s: number },
): string {
  return [
    `# ${pack.step_title}`,
    `Task ${pack.task_id} · step ${pack.step_id} · attempt ${formatPointer(pointer)}`,
    ...(rework === null ? [] : reworkSections(rework)),
    section('Objective', [pack.objective]),
    pack.step_description === pack.objective ? '' : section('Description', [pack.step_description]),
    section('Acceptance criteria (verbatim)', bullets(pack.acceptance.criteria.map(({ text }) => text))),
    section('You may change only', bullets(pack.scope.allowed_paths)),
    section('You must not change', bullets(pack.scope.forbidden_paths)),
    section('Commands the controller will run to verify', fenced(pack.commands.required)),
    section('Commands you may run', bullets(pack.commands.allowed)),
    section('Evidence expected', bullets(pack.acceptance.evidence_required.map(evidenceLine))),
    section('Preconditions', bullets(pack.preconditions)),
    section('Expected outputs', bullets(pack.expected_outputs)),
    section('How you are judged', [
      'The controller measures what changed in this folder, runs the commands above itself, and judges every criterion. ' +
        'Your own report counts for nothing beyond that; where it disagrees with what is measured, the attempt fails.',
    ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function reworkSections(rework: ReworkPack): readonly string[] {
  return [
    section('This is a rework: solve exactly these problems', [
      rework.overall_assessment,
      '',
      ...rework.problems.map(
        (problem) => `- ${problem.criteria ?? 'no criterion of its own'}\n  ${problem.issue}`,
      ),
    ]),
    section('Required changes', bullets(rework.required_changes)),
    section('Commands that must pass now', fenced(rework.rerun_commands)),
  ];
}

function evidenceLine(requirement: StepPack['acceptance']['evidence_required'][number]): string {
  const notes = requirement.notes === null ? '' : ` (${requirement.notes})`;
  return `${requirement.id}: ${requirement.path_pattern}${notes}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`## ${title}`, '', ...lines].join('\n');
}

function bullets(items: readonly string[]): readonly string[] {
  return items.map((item) => `- ${item}`);
}

function fenced(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['```', ...items, '```'];
}
