import type { AttemptRecordedData, ReasonCode } from '../../../../protocol/generated/types.ts';
import { reasonCodeInfo } from '../../../../protocol/reason-codes.ts';

/** A reason code in words, without a full stop, with the code for whoever looks it up. */
export function reasonWords(code: ReasonCode): string {
  return `${reasonCodeInfo(code).description.replace(/\.$/, '')} (${code})`;
}

const NEXT: Readonly<Record<AttemptRecordedData['next_action'], string>> = {
  CLOSE: 'accepted',
  RETRY: 'tried again',
  REWORK: 'sent back with what is missing',
  ESCALATE: 'no further try',
  BLOCK: 'stopped until a person decides',
};

/** What followed from an outcome. */
export function nextWords(next: AttemptRecordedData['next_action']): string {
  return NEXT[next];
}
