/**
 * Tells whether verification itself reads an event of the project log: what the task logs are measured by, keys, seals,
 * anchors. Such a line is never redacted.
 */
export function isStructural(type: string): boolean {
  return STRUCTURAL.test(type);
}

const STRUCTURAL = /^(?:task\.created|(?:project|head|key|segment|checkpoint|anchor)\..*)$/;
