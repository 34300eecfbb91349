/**
 * Composes what a DSSE signature covers: the pre-authentication encoding of the type and the body
 * (github.com/secure-systems-lab/dsse, protocol.md).
 *
 * @param body UTF-8 text, as in the envelope before base64
 */
export function dssePreAuthEncoding(payloadType: string, body: string): string {
  const length = (text: string): number => new TextEncoder().encode(text).length;
  return `DSSEv1 ${length(payloadType)} ${payloadType} ${length(body)} ${body}`;
}
