/** Trystero's core with the strategy that needs nobody else: publish and subscribe at a relay of our own. */
/* global WebSocket */
import { createTopicStrategy } from '@trystero-p2p/core';

let announced;
/** It has subscribed before it says anything. */
const found = new Promise((resolve) => (announced = resolve));

const joinRoom = createTopicStrategy({
  init: async ({ relayConfig: { urls } }) => {
    const socket = new WebSocket(urls[0]);
    const topics = new Map();
    socket.onmessage = ({ data }) => {
      const { topic, payload } = JSON.parse(data);
      topics.get(topic)?.(topic, payload);
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return { topics, say: (type, topic, payload) => socket.send(JSON.stringify({ type, topic, payload })) };
  },
  subscribeTopic: ({ topics, say }, topic, onMessage) => {
    topics.set(topic, onMessage);
    say('subscribe', topic);
    return () => {
      topics.delete(topic);
      say('unsubscribe', topic);
    };
  },
  publishTopic({ say }, topic, payload) {
    say('publish', topic, payload);
    announced();
  },
});

export async function meet({ url, room: name }, heard) {
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
  await found;
}
