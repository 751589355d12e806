/** What is Trystero's whatever its strategy. */

/** @param joinRoom a strategy's */
export function meetBy(joinRoom, { url, room: name }, heard) {
  const config = { appId: 'bench', relayConfig: { urls: [url] }, rtcConfig: { iceServers: [] } };
  const room = joinRoom(config, name, { onJoinError: ({ error }) => heard.failed(error) });
  const action = room.makeAction('bench');
  action.onMessage = (value) => heard.message(value);
  room.onPeerJoin = (target) => {
    const send = (value) => action.send(value, { target });
    heard.direct();
    heard.ready({ send, paced: send, bulk: send });
  };
  globalThis.room = room;
}
