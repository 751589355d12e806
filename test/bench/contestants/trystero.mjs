/** Trystero's core with the strategy that needs nobody else: publish and subscribe at a relay of our own. */
/* global WebSocket */
import { createTopicStrategy } from '@trystero-p2p/core';
import { meetBy } from './trystero-room.mjs';

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

export async function meet(where, heard) {
  meetBy(joinRoom, where, heard);
  await found;
}
