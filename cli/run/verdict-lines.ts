import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { AttemptRecordedData, StepPack } from '../../protocol/generated/types.ts';
import type { Paint } from '../context.ts';
import { formatDuration, plural, shorten } from '../render/format.ts';

const MAX_ROWS = 20;

/** The outcome of an attempt: each command and criterion with its mark, the findings, and the verdict. */
export function verdictLines(attempt: AttemptRecordedData, pack: StepPack, paint: Paint): readonly string[] {
  return [
    ...some(attempt.commands.map((command) => commandLine(command, pack, paint))),
    ...some(attempt.criteria.map((criterion) => criterionLine(criterion, pack, paint))),
    ...some(failedGates(attempt, paint)),
    ...some(
      attempt.findings.map(({ code, detail }) => `  ${paint.red('✗')} ${paint.safe(`${code}: ${detail}`)}`),
    ),
    verdict(attempt, paint),
  ];
}

type Command = AttemptRecordedData['commands'][number];

function commandLine(command: Command, pack: StepPack, paint: Paint): string {
  const text = shorten(pack.commands.required[command.index] ?? `command ${command.index}`, 72);
  const end = command.exit_code === null ? command.cause : `exit ${command.exit_code}`;
  const mark = command.exit_code === 0 ? paint.green('✓') : paint.red('✗');
  return `  ${mark} ${paint.safe(text)}  ${paint.dim(`${end}, ${formatDuration(command.duration_ms)}`)}`;
}

function criterionLine(
  criterion: AttemptRecordedData['criteria'][number],
  pack: StepPack,
  paint: Paint,
): string {
  const text = pack.acceptance.criteria.find(({ id }) => id === criterion.id)?.text ?? '';
  const mark = criterion.met ? paint.green('✓') : paint.red('✗');
  const wording = text.startsWith(`${criterion.id}:`) ? text.slice(criterion.id.length + 1).trim() : text;
  return `  ${mark} ${paint.bold(paint.safe(criterion.id.padEnd(5)))} ${paint.safe(shorten(wording, 84))}`;
}

function failedGates(attempt: AttemptRecordedData, paint: Paint): readonly string[] {
  const failed = attempt.gates.filter(({ passed }) => !passed).map(({ id }) => id);
  return failed.length === 0
    ? []
    : [`  ${paint.red('✗')} gates not passed: ${paint.safe(failed.join(', '))}`];
}

function verdict(attempt: AttemptRecordedData, paint: Paint): string {
  const pointer = paint.bold(formatPointer(attempt));
  const files = `${plural(attempt.files_changed_count, 'file')} changed, ${formatDuration(attempt.duration_ms)}`;
  if (attempt.result === 'PASS') return `${pointer} ${paint.green(paint.bold('PASS'))}  ${paint.dim(files)}`;
  const reason = paint.safe(`${attempt.reason_code}: ${attempt.reason_detail}`);
  return `${pointer} ${paint.red(paint.bold('FAIL'))} ${reason}  ${paint.dim(files)}`;
}

function some(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_ROWS) return lines;
  return [...lines.slice(0, MAX_ROWS), `    and ${lines.length - MAX_ROWS} more`];
}
