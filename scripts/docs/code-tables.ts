import { PROBLEM_CODES } from '../../protocol/problem-codes.ts';
import { REASON_CODES } from '../../protocol/reason-codes.ts';

/** Renders the closed table of reason codes. */
export function renderReasonCodes(): string {
  const rows = Object.entries(REASON_CODES).map(([code, info]) => {
    const consumes = code === 'PASS_ALL_CRITERIA' ? '–' : yesOrNo(info.consumesRetry);
    return `| \`${code}\` | ${info.class} | ${yesOrNo(info.retriable)} | ${consumes} | ${info.description} |`;
  });
  return [
    '| Code | Class | Retriable | Uses a retry | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Renders every code that a problem of a pack, rework pack or step result can carry. */
export function renderProblemCodes(): string {
  const rows = Object.entries(PROBLEM_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| Code | Meaning |', '| --- | --- |', ...rows].join('\n');
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no';
}
