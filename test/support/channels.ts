/** Channels for `callbackSignaling()`: as good as they get, and as bad. */
import type { Channel } from '../../src/index.js';
import { random } from './random.js';

/** Both ends of a line that nobody else is on. */
export function line(): readonly [Channel, Channel] {
  const { port1, port2 } = new MessageChannel();
  const end = (port: MessagePort): Channel => ({
    send: (text) => {
      port.postMessage(text);
    },
    receive: (deliver) => {
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        deliver(data);
      };
    },
  });
  return [end(port1), end(port2)];
}

/** A place where everybody hears everybody else. */
export function square(name: string): { end(): Channel; close(): void } {
  const ends: BroadcastChannel[] = [];
  return {
    end: () => {
      const end = new BroadcastChannel(name);
      ends.push(end);
      return {
        send: (text) => {
          end.postMessage(text);
        },
        receive: (deliver) => {
          end.onmessage = ({ data }: MessageEvent<unknown>) => {
            deliver(data);
          };
        },
      };
    },
    close: () => {
      for (const end of ends.splice(0)) end.close();
    },
  };
}

/** Loses some of what is sent, says some of it twice, and some of it late. @param seed of what chance does */
export function careless(channel: Channel, { loss = 0, twice = 0, late = 0, seed = 1 }): Channel {
  const chance = random(seed);
  return {
    send: (text) => {
      if (chance() < loss) return;
      if (chance() < late) setTimeout(() => channel.send(text), 30);
      else channel.send(text);
      if (chance() < twice) setTimeout(() => channel.send(text), 10);
    },
    receive: (deliver) => channel.receive(deliver),
  };
}
