import type { Limits, RetryPolicy, StepPack } from '../../protocol/generated/types.ts';

/** The limits in force for a pack: it may lower what the configuration allows, never raise it. */
export function effectiveLimits(pack: StepPack, configured: Limits): Limits {
  const { timeout_sec, no_output_timeout_sec, max_memory_mb } = pack.runtime_policy;
  return {
    runtime_sec: lower(configured.runtime_sec, timeout_sec),
    silence_sec: lower(configured.silence_sec, no_output_timeout_sec),
    memory_mb: lower(configured.memory_mb, max_memory_mb),
    output_mb: configured.output_mb,
  };
}

/** What the configuration says about retries, for what a pack leaves open. */
export interface ConfiguredRetry {
  readonly max_rework_rounds: number;
  readonly on_exhausted: 'escalate' | 'reject';
  /** Highest number of attempts within one revision, whatever a pack asks for; null: as the pack says. */
  readonly max_attempts: number | null;
}

/** The retry policy in force for a pack; recorded with it, so that a later change of configuration cannot bend replay. */
export function effectiveRetry(pack: StepPack, configured: ConfiguredRetry): RetryPolicy {
  const { retry } = pack.runtime_policy;
  const rounds = retry.requires_rework_pack_after_failed_attempts ? configured.max_rework_rounds : 0;
  return {
    max_attempts: lower(configured.max_attempts ?? retry.max_attempts, retry.max_attempts),
    retry_on: retry.retry_on,
    max_rework_rounds: retry.max_rework_rounds ?? rounds,
    on_exhausted: retry.on_exhausted ?? configured.on_exhausted,
  };
}

function lower(configured: number, asked: number | null): number {
  return asked === null ? configured : Math.min(configured, asked);
}
