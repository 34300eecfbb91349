import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { ReviewRecord, ReworkPack } from '../../protocol/generated/types.ts';
import { compileRework } from '../../daemon/domain/compile-rework.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatDuration, plural, shorten } from '../render/format.ts';
import { judgeOffline } from '../review/judge-offline.ts';
import { readReviewRequest } from '../review/review-request.ts';
import type { ReviewRequest } from '../review/review-request.ts';

/** `reeve review STEP_PACK STEP_RESULT`: judges finished work offline; exits 1 unless it passes. */
export async function review(context: Context, args: readonly string[]): Promise<Answer> {
  const { host, options, paint } = context;
  const request = await readReviewRequest(context, args);
  const record = await judgeOffline(context, request);
  const rework = record.verdict === 'PASS' ? null : toRework(request, record);
  const reworkFile = options.text('writeRework');
  if (rework !== null && reworkFile !== undefined) {
    await writeFile(resolve(host.cwd, reworkFile), `${canonicalJson(rework)}\n`);
  }
  return {
    data: { review: record, rework_pack: rework },
    text: () => [
      ...reviewLines(record, paint),
      ...(rework !== null && reworkFile !== undefined
        ? [`ReworkPack written to ${paint.safe(reworkFile)}`]
        : []),
    ],
    exit: record.verdict === 'PASS' ? EXIT.ok : EXIT.failed,
  };
}

/** Offline there is no event of the attempt: the digest of the StepResult stands for it. */
function toRework({ pack, packSha256, report }: ReviewRequest, record: ReviewRecord): ReworkPack {
  const attempt = { ...record.attempt, event_hash: sha256Hex(report.bytes) };
  return compileRework(pack, record, { attempt, packSha256, threadId: null });
}

function reviewLines(record: ReviewRecord, paint: Paint): readonly string[] {
  const mark = (good: boolean): string => (good ? paint.green('✓') : paint.red('✗'));
  const commands = record.commands.map(({ command, exit_code, duration_ms }) => {
    const end = paint.dim(`exit ${exit_code ?? '?'}, ${formatDuration(duration_ms)}`);
    return `  ${mark(exit_code === 0)} ${paint.safe(shorten(command, 72))}  ${end}`;
  });
  const criteria = record.criteria.map(({ id, text, met }) => {
    return `  ${mark(met)} ${paint.bold(paint.safe(id))} ${paint.safe(shorten(text, 84))}`;
  });
  // The first finding is the verdict's own.
  const findings = record.findings
    .slice(1)
    .map(({ code, detail }) => `  ${mark(false)} ${paint.safe(`${code}: ${detail}`)}`);
  const passed = record.verdict === 'PASS';
  const verdict = passed ? paint.green(paint.bold('PASS')) : paint.red(paint.bold('FAIL'));
  const detail = `${record.reason_code}: ${record.reason_detail}`;
  return [
    `${plural(record.commands.length, 'command')} re-run, ${plural(record.files_changed.length, 'file')} changed`,
    ...commands,
    ...criteria,
    ...findings,
    `${verdict} ${paint.safe(detail)}`,
  ];
}
