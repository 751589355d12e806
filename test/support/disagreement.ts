/** What the two ends of a connection have yet to negotiate. */

type Direction = RTCRtpTransceiverDirection;

const has = (direction: Direction, what: 'send' | 'recv'): boolean =>
  direction === 'sendrecv' || direction === `${what}only`;

/** What comes of two wishes, as the first of them sees it. */
function negotiated(mine: Direction, theirs: Direction): Direction {
  const send = has(mine, 'send') && has(theirs, 'recv');
  const receive = has(mine, 'recv') && has(theirs, 'send');
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

const lines = (description: RTCSessionDescription | null): string =>
  (description?.sdp.match(/^(m=\S+|a=mid:.*)/gm) ?? []).join(' ');

/** The public half of the ICE credentials. */
export const ufrag = (description: RTCSessionDescription | null): string =>
  /^a=ice-ufrag:(.*)$/m.exec(description?.sdp ?? '')?.[1]?.trim() ?? '';

function ofMedia(one: RTCPeerConnection, other: RTCPeerConnection): string {
  const theirs = other.getTransceivers();
  for (const { mid, direction, currentDirection } of one.getTransceivers()) {
    const counterpart = theirs.find((transceiver) => transceiver.mid === mid);
    if (mid === null || !counterpart) return `only one side has the transceiver ${String(mid)}`;
    const expected = negotiated(direction, counterpart.direction);
    if (currentDirection !== expected) return `${mid} is ${String(currentDirection)} instead of ${expected}`;
  }
  return '';
}

function asOneSeesIt(one: RTCPeerConnection, other: RTCPeerConnection): string {
  const { signalingState, iceGatheringState, connectionState, localDescription: local } = one;
  const { remoteDescription: remote } = other;
  if (signalingState !== 'stable') return `signalling is ${signalingState}`;
  if (connectionState !== 'connected') return `the connection is ${connectionState}`;
  if (iceGatheringState !== 'complete') return `gathering is ${iceGatheringState}`;
  if (lines(local) !== lines(remote)) return `${lines(local)} is ${lines(remote)} to the other side`;
  if (ufrag(local) !== ufrag(remote)) return 'the other side knows other ICE credentials';
  return ofMedia(one, other);
}

/** @returns empty when both are connected and have what comes of all that they want */
export function disagreement(a: RTCPeerConnection, b: RTCPeerConnection): string {
  return asOneSeesIt(a, b) || asOneSeesIt(b, a);
}
