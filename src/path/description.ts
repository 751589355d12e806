/** What session descriptions tell about a connection. */

/** The certificates that a description names, in an order that does not depend on it. */
export const fingerprintsOf = (description: RTCSessionDescription | null): string =>
  [...(description?.sdp.matchAll(/^a=fingerprint:(.+?)\r?$/gim) ?? [])]
    .map(([, fingerprint = '']) => fingerprint.toLowerCase())
    .sort()
    .filter((fingerprint, i, all) => fingerprint !== all[i - 1])
    .join(' ');
