import { expect } from '@open-wc/testing';
import { concat } from '../../../src/bytes.js';
import { DISCONNECT, Packets, publish, readPublish } from '../../../src/signaling/mqtt-wire.js';

describe('MQTT on the wire', () => {
  it('reads what it writes, short and long', () => {
    for (const size of [0, 1, 125, 126, 127, 128, 16_380, 16_384, 90_000]) {
      const said = { topic: 'a/ü', text: 'x'.repeat(size) };
      expect(readPublish(publish(said.topic, said.text)), String(size)).to.deep.equal(said);
    }
  });

  it('writes as the standard has it', () => {
    // PUBLISH, QoS 0, 7 more bytes: the topic with its length in front, and the payload (MQTT 3.1.1, 3.3).
    expect([...publish('a/b', 'hi')]).to.deep.equal([0x30, 7, 0, 3, 0x61, 0x2f, 0x62, 0x68, 0x69]);
    expect([...publish('t', 'x'.repeat(200))].slice(0, 3)).to.deep.equal([0x30, 0xcb, 0x01]);
    expect([...DISCONNECT]).to.deep.equal([0xe0, 0]);
  });

  it('takes a stream apart wherever it was cut', () => {
    const suback = new Uint8Array([0x90, 3, 0, 1, 0]);
    const all = [publish('t', 'one'), suback, publish('t', 'y'.repeat(300)), DISCONNECT];
    const stream = concat(...all);
    for (let step = 1; step <= stream.length; step++) {
      const packets = new Packets();
      const found: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += step) {
        found.push(...packets.push(stream.subarray(at, at + step)));
      }
      expect(
        found.map((packet) => [...packet]),
        String(step),
      ).to.deep.equal(all.map((packet) => [...packet]));
    }
  });

  it('takes nothing else for something said', () => {
    const others = [
      [0x90, 3, 0, 1, 0],
      [0xd0, 0],
      [0x32, 5, 0, 1, 0x74, 0, 1],
      [0x30],
      [0x30, 0],
      [0x30, 1, 0],
      [],
    ];
    for (const bytes of others) expect(readPublish(new Uint8Array(bytes)), bytes.join()).to.equal(null);
    // A topic that is longer than the packet.
    expect(readPublish(new Uint8Array([0x30, 3, 0xff, 0xff, 0x74]))?.text).to.equal('');
  });

  it('gives up what cannot be a stream of packets', () => {
    expect(() => new Packets().push(new Uint8Array([0x30, 0xff, 0xff, 0xff, 0xff]))).to.throw(RangeError);
    expect(() => new Packets().push(new Uint8Array([0x30, 0xff, 0xff, 0x7f]))).to.throw(RangeError);
  });
});
