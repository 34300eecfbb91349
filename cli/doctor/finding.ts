/** What one check of `reeve doctor` found: its state, the evidence for it, and what would mend it. */
export interface DoctorFinding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly evidence: string;
  readonly fix: string | null;
}

/** All is well. */
export function ok(check: string, evidence: string): DoctorFinding {
  return { check, state: 'ok', evidence, fix: null };
}

/** It works, but something will surprise. */
export function warn(check: string, evidence: string, fix: string): DoctorFinding {
  return { check, state: 'warn', evidence, fix };
}

/** Work cannot be done like this. */
export function fail(check: string, evidence: string, fix: string): DoctorFinding {
  return { check, state: 'fail', evidence, fix };
}
