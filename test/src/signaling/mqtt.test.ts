/** Against a real Mosquitto, over WebSockets. */
import { expect } from '@open-wc/testing';
import type { Signaling } from '../../../src/signaling.js';
import { brokersOf } from '../../../src/signaling/mqtt-address.js';
import { mqttSignaling, type MqttSignalingOptions } from '../../../src/signaling/mqtt.js';
import { describeSignaling } from '../../../src/testing/index.js';
import { describeRooms } from '../../support/adaptor-rooms.js';
import { comesBack, fragileSockets, randomRoom, useRoom } from '../../support/adaptor.js';
import { spawnBroker, type TestServer } from '../../support/server.js';
import { until } from '../../support/until.js';

let broker: TestServer;
let second: TestServer;
before(async () => {
  [broker, second] = await Promise.all([spawnBroker(), spawnBroker()]);
});
after(() => Promise.all([broker.dispose(), second.dispose()]));

const at = (...brokers: readonly TestServer[]): string => brokers.map(({ url }) => url).join(' ');
const page = (more: Partial<MqttSignalingOptions> = {}): Signaling =>
  mqttSignaling({ url: at(broker), wait: 200, ...more });

/** A page whose sockets can be had, and taken away. */
function fragile(more: Partial<MqttSignalingOptions> = {}) {
  const { WebSocket: Socket, sent, ...rest } = fragileSockets();
  return {
    ...rest,
    signaling: page({ WebSocket: Socket, ...more }),
    /** What this page published, by the topic. */
    published: () => sent.map((packet) => new TextDecoder().decode(packet as Uint8Array)),
  };
}

describeSignaling('mqtt+ws:', { page, breakable: fragile, isExact: false });
describeSignaling('mqtt+ws: with two brokers', {
  page: () => page({ url: at(broker, second) }),
  isExact: false,
});

describe('The address of a broker', () => {
  const plain = { isForData: false };
  const cases: readonly [string, ReturnType<typeof brokersOf>][] = [
    ['mqtt+wss://example.org', { brokers: [{ address: 'wss://example.org/mqtt' }], ...plain }],
    ['mqtt+ws://example.org:8083/', { brokers: [{ address: 'ws://example.org:8083/mqtt' }], ...plain }],
    ['mqtt+ws://example.org/a/b?c=d', { brokers: [{ address: 'ws://example.org/a/b?c=d' }], ...plain }],
    [
      'mqtt+wss://me:se%20cret@example.org/x?topic=our/place&relay=data',
      {
        brokers: [{ address: 'wss://example.org/x', username: 'me', password: 'se cret' }],
        topic: 'our/place',
        isForData: true,
      },
    ],
    [
      ' mqtt+wss://a.example  mqtt+wss://b.example\n mqtt+wss://a.example ',
      { brokers: [{ address: 'wss://a.example/mqtt' }, { address: 'wss://b.example/mqtt' }], ...plain },
    ],
    ['mqtt+ws:', null],
    ['mqtt+ws://', null],
    ['mqtt+ws://a ws://b', null],
    ['', null],
  ];
  for (const [url, expected] of cases) {
    it(`${url || 'nothing'} is ${expected ? expected.brokers.map(({ address }) => address).join() : 'none'}`, () => {
      expect(brokersOf(url)).to.deep.equal(expected);
    });
  }

  it('is refused where it is none, and so is a topic with a wildcard', () => {
    expect(() => mqttSignaling({ url: 'ws://example.org' })).to.throw(TypeError, 'mqtt+ws://host');
    for (const topic of ['a/#', '+', '/']) expect(() => page({ topic }), topic).to.throw(TypeError, 'topic');
  });
});

describe('mqtt+ws:', () => {
  const members = useRoom();
  const { room, join, leave } = members;

  it('has the last will of who crashed heard, long before it is missed', async () => {
    // Nobody would be asked for a minute but for that.
    const times = { beat: 60_000, seat: 100 };
    const { cut, signaling } = fragile(times);
    const stays = join(page(times));
    await stays.sink.heard('joined');
    const crashes = join(signaling, { reconnect: false });
    const [peer] = await stays.sink.heard('peer');
    cut();
    const [gone] = await stays.sink.heard('gone');
    expect(gone).to.deep.include({ id: peer?.id, reason: 'lost' });
    expect(crashes.id()).to.equal(peer?.id);
  });

  it('leaves no will to whoever has said good-bye', async () => {
    const stays = join(page());
    await stays.sink.heard('joined');
    const leaves = fragile();
    const member = join(leaves.signaling);
    await stays.sink.heard('peer');
    member.session.close();
    const [gone] = await stays.sink.heard('gone');
    expect(gone?.reason).to.equal('left');
    await until(() => leaves.sockets.every(({ readyState }) => readyState === 3), { what: 'it to hang up' });
  });

  it('takes a will for nothing but a reason to ask', async () => {
    const [a, b] = [join(page({ seat: 50 })), join(page({ seat: 50 }))];
    await Promise.all([a.sink.heard('joined'), b.sink.heard('joined')]);
    const liar = fragile();
    await join(liar.signaling).sink.heard('joined');
    // As anybody may publish it: PUBLISH, QoS 0 (MQTT 3.1.1, 3.3).
    const topic = new TextEncoder().encode(`peer-elements/${room()}/gone`);
    const payload = new TextEncoder().encode(b.id());
    const length = 2 + topic.length + payload.length;
    const packet = [0x30, (length & 127) | 128, length >> 7, 0, topic.length, ...topic, ...payload];
    liar.sockets[0]!.send(new Uint8Array(packet));
    // It answers, and what it says next comes as ever.
    b.session.send(a.id(), new Uint8Array([7]));
    await a.sink.heard('message');
    expect(a.sink.all('gone')).to.be.empty;
  });

  it('says what is for one member where nobody else listens', async () => {
    const { published, signaling } = fragile();
    const [a, b] = [join(signaling), join(page())];
    await b.sink.heard('joined');
    await a.sink.heard('peer');
    a.session.send(b.id(), new TextEncoder().encode('for b alone'));
    await b.sink.heard('message');
    const [said] = published().filter((text) => text.includes(' say '));
    expect(said).to.include(`peer-elements/${room()}/${b.id()}`);
  });

  it('leaves nothing behind on the broker', async () => {
    const member = join(page());
    await member.sink.heard('joined');
    member.session.close();
    // Who subscribes afterwards hears nothing from before.
    const late = join(page());
    await late.sink.heard('joined');
    expect(late.sink.all('joined')[0]).to.deep.include({ created: true, peers: [] });
  });

  it('ends where the broker wants another password, and says so', async () => {
    const own = await spawnBroker({ users: { me: 'right' } });
    const url = (password: string): string => own.url.replace('//', `//me:${password}@`);
    const wrong = join(mqttSignaling({ url: url('wrong') }));
    const [close] = await wrong.sink.heard('close');
    expect(close?.error).to.include({ code: 'refused', final: true });
    expect(close?.error?.message).to.match(/refuses: .*not authorized/i);
    const right = join(mqttSignaling({ url: url('right'), wait: 50 }));
    await right.sink.heard('joined');
    right.session.close();
    await own.dispose();
  });

  it('ends where the broker grants no subscription, and says so', async () => {
    const own = await spawnBroker({ deaf: true });
    const [close] = await join(mqttSignaling({ url: own.url })).sink.heard('close');
    expect(close?.error).to.include({ code: 'refused', final: true });
    expect(close?.error?.message).to.include(`no subscription to peer-elements/${room()}`);
    await own.dispose();
  });

  it('says so where the broker grants a topic and passes nothing on, and gets in where it may', async () => {
    const own = await spawnBroker({ acl: ['topic readwrite ours/#'] });
    const make = (more: object): Signaling => mqttSignaling({ url: own.url, wait: 50, ...more });
    const [trouble] = await join(make({}), { timeout: 300 }).sink.heard('trouble');
    expect(trouble?.error).to.include({ code: 'refused', final: false });
    expect(trouble?.error.message).to.include('below peer-elements/');
    const a = join(make({ url: `${own.url}?topic=ours` }));
    await a.sink.heard('joined');
    const b = join(make({ topic: 'ours/' }));
    await a.sink.heard('peer');
    for (const { session } of [a, b]) session.close();
    await own.dispose();
  });

  it('tries again where nobody is, and gets in once somebody is there', async () => {
    const own = await spawnBroker();
    await own.kill();
    const { sink, session } = join(mqttSignaling({ url: own.url, wait: 50 }));
    const [trouble] = await sink.heard('trouble');
    expect(trouble?.error).to.include({ code: 'unreachable', final: false });
    await own.start();
    await sink.heard('joined');
    session.close();
    await own.dispose();
  });

  it('gives up a broker that does not answer', async () => {
    const mute = class extends WebSocket {
      override send(): void {
        // Nothing is ever asked of the broker.
      }
    };
    const { sink } = join(page({ WebSocket: mute }), { timeout: 100 });
    const [trouble] = await sink.heard('trouble');
    expect(trouble?.error).to.include({ code: 'timeout', final: false });
  });

  it('finds back into its rooms when the broker was killed and has forgotten everything', async () => {
    const own = await spawnBroker();
    await comesBack(own, () => mqttSignaling({ url: own.url, wait: 100, beat: 100 }), members);
  });

  it('gives up a socket that brings what no broker says, and dials again', async () => {
    const { sockets, signaling } = fragile();
    const { sink } = join(signaling);
    await sink.heard('joined');
    const bring = (data: unknown) => sockets[0]!.dispatchEvent(new MessageEvent('message', { data }));
    bring('text');
    bring(new Uint8Array([0x30, 3, 0xff, 0xff, 0x74]).buffer);
    expect(sink.told).to.have.length(2);
    bring(new Uint8Array([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]).buffer);
    await sink.heard('reconnecting');
    await sink.heard('reconnect');
  });

  it('has two rooms side by side under one id, each with a will of its own', async () => {
    const other = randomRoom();
    const { sockets, signaling } = fragile();
    const [here, there] = [join(signaling), join(signaling, { room: other })];
    await Promise.all([here.sink.heard('joined'), there.sink.heard('joined')]);
    expect(here.id()).to.equal(there.id());
    expect(sockets).to.have.length(2);
  });

  describe('with two brokers', () => {
    it('hears once what both bring', async () => {
      const url = at(broker, second);
      const [a, b] = [join(page({ url })), join(page({ url }))];
      await Promise.all([a.sink.heard('joined'), b.sink.heard('joined')]);
      for (let i = 0; i < 50; i++) a.session.send(b.id(), new Uint8Array([i]));
      await b.sink.heard('message', 50);
      b.session.send(a.id(), new Uint8Array([1]));
      await a.sink.heard('message');
      a.session.send(b.id(), new Uint8Array([50]));
      const heard = await b.sink.heard('message', 51);
      expect(heard.map(({ bytes }) => bytes[0])).to.deep.equal(Array.from({ length: 51 }, (_, i) => i));
    });

    it('answers once', async () => {
      const url = at(broker, second);
      const { published, signaling } = fragile({ url });
      const first = join(signaling);
      await first.sink.heard('joined');
      const before = published().filter((text) => text.includes(' here ')).length;
      const comes = join(page({ url, wait: 2000 }));
      await comes.sink.heard('joined');
      await first.sink.heard('peer');
      const answers = published().filter((text) => text.includes(' here ')).length - before;
      // Once to each broker; and once more, where it shows itself before that has come.
      expect(answers).to.be.within(2, 4);
    });

    it('is in as soon as one of them is there, and in touch with who came by the other', async () => {
      const own = await spawnBroker();
      await own.kill();
      const a = join(page({ url: at(broker, own) }));
      await a.sink.heard('joined');
      await own.start();
      // Knows that one alone: they meet once the first has got there, too.
      const b = join(page({ url: at(own), beat: 100 }));
      const [peer] = await a.sink.heard('peer');
      expect(peer?.id).to.equal(b.id());
      b.session.close();
      a.session.close();
      await own.dispose();
    });

    it('notices nothing when one of them goes', async () => {
      const own = await spawnBroker();
      const [a, b] = [join(page({ url: at(own, broker) })), join(page({ url: at(own, broker) }))];
      // Who is at the other one alone meets them there: so they are at both.
      const witness = join(page());
      await until(() => {
        const { peers = [] } = witness.sink.all('joined')[0] ?? {};
        const met = [...peers, ...witness.sink.all('peer')].map(({ id }) => id);
        return met.includes(a.id()) && met.includes(b.id());
      });
      await own.kill();
      b.session.send(a.id(), new Uint8Array([3]));
      await a.sink.heard('message');
      expect([...a.sink.all('reconnecting'), ...b.sink.all('reconnecting')]).to.be.empty;
      expect([...a.sink.all('gone'), ...b.sink.all('gone')]).to.be.empty;
      leave();
      await own.dispose();
    });

    it('goes on with the other one where one refuses', async () => {
      const own = await spawnBroker({ users: { me: 'x' } });
      const a = join(page({ url: at(own, broker) }));
      await a.sink.heard('joined');
      const b = join(page());
      await b.sink.heard('joined');
      await a.sink.heard('peer');
      expect(a.sink.all('close')).to.be.empty;
      await own.dispose();
    });
  });
});

describeRooms('on a broker', page, () => `${broker.url}?relay=data`);
