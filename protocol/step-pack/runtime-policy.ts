import type { ReasonCode, RuntimePolicy } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import { nearestName } from '../nearest-name.ts';
import { parseReasonCode, REASON_CODES } from '../reason-codes.ts';
import type { PackSource } from './pack-source.ts';

const DEFAULT_MAX_ATTEMPTS = 2;
const DEFAULT_RETRY_ON: readonly ReasonCode[] = ['COMMAND_FAILED', 'AC_NOT_MET'];
const RETRY_ON = '/runtime_policy/retry/retry_on';

/** Reads limits and retries; what the configuration decides stays null. */
export function readRuntimePolicy(source: PackSource): RuntimePolicy {
  const policy = source.document.runtime_policy;
  const retry = policy?.retry;
  const retryOn = source.read([{ pointer: RETRY_ON, raw: retry?.retry_on }], (raw) =>
    raw.flatMap((text, index) => toReasonCode(source, text, pointerTo(RETRY_ON, index))),
  );
  return {
    timeout_sec: policy?.timeout_sec ?? null,
    no_output_timeout_sec: policy?.no_output_timeout_sec ?? null,
    max_memory_mb: policy?.max_memory_mb ?? null,
    retry: {
      max_attempts: retry?.max_attempts ?? DEFAULT_MAX_ATTEMPTS,
      retry_on: retryOn.value ?? DEFAULT_RETRY_ON,
      requires_rework_pack_after_failed_attempts: retry?.requires_rework_pack_after_failed_attempts ?? true,
      max_rework_rounds: retry?.max_rework_rounds ?? null,
      on_exhausted: retry?.on_exhausted ?? null,
    },
    autonomy_level: policy?.autonomy_level ?? null,
    boundary_level: policy?.boundary_level ?? null,
  };
}

function toReasonCode(source: PackSource, text: string, pointer: string): readonly ReasonCode[] {
  const code = parseReasonCode(text);
  if (code === null) {
    const nearest = nearestName(text, Object.keys(REASON_CODES));
    const hint = nearest === null ? 'The codes are listed in docs/protocol.md.' : `Did you mean ${nearest}?`;
    source.report('NOT_ALLOWED', pointer, `${JSON.stringify(text)} is not a reason code.`, hint);
    return [];
  }
  if (!REASON_CODES[code].retriable) {
    source.warn('NOT_RETRIABLE', pointer, `The identical pack is never tried again after ${code}.`);
  }
  return [code];
}
