/** Between which addresses a page's direct paths are, whoever opened them: nobody may have an advantage there. */

/** Runs in the page before anything else, so it uses nothing from outside. */
export function watchWays() {
  const connections = [];
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
  const wayOf = async (connection) => {
    const stats = new Map(await connection.getStats());
    const transport = [...stats.values()].find(({ type }) => type === 'transport');
    const pair = stats.get(transport?.selectedCandidatePairId);
    if (!pair) return [];
    const { iceServers } = connection.getConfiguration();
    const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id));
    return [
      ends
        .map(
          ({ address, candidateType }) =>
            `${address || 'an address that it was not told'}${candidateType === 'relay' ? ' (TURN)' : ''}`,
        )
        .join(' to ') + (iceServers.length > 0 ? ', asking others for its own' : ''),
    ];
  };
  globalThis.ways = async () => (await Promise.all(connections.map(wayOf))).flat();
}

export const prepareWays = (page) => page.evaluateOnNewDocument(watchWays);

/** @returns {Promise<string[]>} one for each path, like `192.168.2.2 to 192.168.1.2` */
export const waysOf = (page) => page.evaluate(() => globalThis.ways());

/** @param {readonly { name: string, ways: readonly string[] }[]} rows @returns {string[]} lines: each way, and who takes it */
export function waysTaken(rows) {
  const takers = new Map();
  for (const { name, ways } of rows) {
    for (const way of new Set(ways)) takers.set(way, [...(takers.get(way) ?? []), name]);
  }
  return [...takers].map(([way, names]) => `  ${way}: ${names.join(', ')}`);
}
