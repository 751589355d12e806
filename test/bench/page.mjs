/**
 * What the two pages of a measurement run, with a contestant's `meet`. It is told who else there is (`options`), and
 * tells through `heard` that the other side can be reached (`ready`, with the link to it), that the direct path
 * stands, each message, errors, streams where there are any, and further marks in time.
 */
/* global document, setInterval, clearInterval */

const deferred = () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  // Whoever needs it will wait for it.
  made.promise.catch(() => undefined);
  return made;
};

const within = (promise, ms, what) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} in ${ms} ms`)), ms)),
  ]);

/** Says hello to whoever comes. @returns once it can be found */
export async function connectFirst(meet, args) {
  const ignore = () => undefined;
  await meet(args, {
    ready: (link) => link.send('hello'),
    message: ignore,
    direct: ignore,
    failed: ignore,
    mark: ignore,
  });
}

/** Waits for that hello. @returns milliseconds since `meet` was called, and since the navigation */
export async function connectSecond(meet, args) {
  const start = performance.now();
  const times = {};
  const message = deferred();
  const direct = deferred();
  const mark = (name) => (times[name] ??= performance.now() - start);
  const failed = (error) => [message, direct].forEach(({ reject }) => reject(error));
  Promise.resolve(
    meet(args, {
      mark,
      failed,
      ready: () => mark('ready'),
      direct: () => direct.resolve(mark('direct')),
      message: () => {
        mark('message');
        times.navigation ??= performance.now();
        message.resolve();
      },
    }),
  ).catch(failed);
  await within(message.promise, args.timeout, 'message');
  if (args.direct) await within(direct.promise, args.timeout, 'direct path');
  return times;
}

/**
 * One of several who come one after the other. Each says who it is to everybody it reaches.
 * @returns milliseconds since `meet` was called until one, or all `others` have been heard, and are reached directly; at once for
 *   the first page
 */
export async function member(meet, { role, others, timeout, ...args }) {
  const start = performance.now();
  const times = {};
  const spoken = new Set();
  let paths = 0;
  const waiting = new Set();
  const look = () => waiting.forEach((one) => one());
  const enough = (done) =>
    new Promise((resolve) => {
      const see = () => done() && resolve(waiting.delete(see));
      waiting.add(see);
      see();
    });
  const failure = deferred();
  globalThis.heardFrom = (count) => enough(() => spoken.size >= count);
  const mark = (name, count, all) => {
    times[name] ??= performance.now() - start;
    if (count === all) times[`${name}s`] ??= performance.now() - start;
    look();
  };
  const met = meet(
    { ...args, role, others },
    {
      mark: () => undefined,
      failed: failure.reject,
      ready: (link) => void link.send({ from: role }),
      message: ({ from }) => mark('message', spoken.add(from).size, others.length),
      direct: () => mark('direct', ++paths, others.length),
    },
  );
  const all = enough(() => spoken.size >= others.length && paths >= others.length);
  await within(
    Promise.race([Promise.all([met, all]), failure.promise]),
    timeout,
    'word and path from everybody',
  );
  return times;
}

/** A picture that never stays the same, as a camera's. */
function paintedStream() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const pen = canvas.getContext('2d');
  let hue = 0;
  setInterval(() => {
    pen.fillStyle = `hsl(${(hue += 7)} 80% 50%)`;
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }, 40);
  return canvas.captureStream(25);
}

/** Shows its picture to whoever comes. @returns once it can be found */
export async function pictureFirst(meet, args) {
  const ignore = () => undefined;
  const heard = {
    ready: ignore,
    message: ignore,
    direct: ignore,
    failed: ignore,
    mark: ignore,
    stream: ignore,
  };
  await meet({ ...args, stream: paintedStream() }, heard);
}

/** Waits for that picture, with one of its own. @returns milliseconds since `meet` was called */
export async function pictureSecond(meet, args) {
  const stream = paintedStream();
  const start = performance.now();
  const times = {};
  const picture = deferred();
  const ignore = () => undefined;
  Promise.resolve(
    meet(
      { ...args, stream },
      {
        mark: ignore,
        ready: ignore,
        direct: ignore,
        message: ignore,
        failed: picture.reject,
        stream: (coming) => {
          times.stream ??= performance.now() - start;
          const shown = document.createElement('video');
          Object.assign(shown, { muted: true, autoplay: true, srcObject: coming });
          document.body.append(shown);
          shown.requestVideoFrameCallback(() => {
            times.picture ??= performance.now() - start;
            picture.resolve();
          });
        },
      },
    ),
  ).catch(picture.reject);
  await within(picture.promise, args.timeout, 'picture');
  return times;
}

/** One side of a conversation: what it received, and what it can be told to do. */
class Side {
  link = deferred();
  #direct = deferred();
  #waiting = new Map();
  #last = performance.now();
  #expected = 0;
  #expectedBytes = 0;
  #bulk;
  tally = { received: 0, disordered: 0, bytes: 0 };
  /** Number and milliseconds under way of each. */
  ticks = [];

  heard = {
    ready: (link) => this.link.resolve(link),
    direct: () => this.#direct.resolve(),
    message: (value) => this.#message(value),
    failed: (error) => this.link.reject(error),
    mark: () => undefined,
  };

  async connected({ direct, timeout }) {
    await within(this.link.promise, timeout, 'link');
    if (direct) await within(this.#direct.promise, timeout, 'direct path');
  }

  /** Milliseconds of every round trip, one after the other, until there are enough or it took long enough. */
  async roundTrips(count, limit) {
    const link = await this.link.promise;
    const times = [];
    const end = performance.now() + limit;
    for (let n = 0; n < count && performance.now() < end; n++) {
      const start = performance.now();
      const answer = this.#next('pong');
      void link.send(message('ping', n));
      await answer;
      times.push(performance.now() - start);
    }
    return times;
  }

  /** As a page's author writes it. @returns milliseconds until the other side says that it has them all */
  async loop(count) {
    const link = await this.link.promise;
    let refused = 0;
    let why = '';
    const refuse = (error) => {
      refused++;
      why ||= String(error?.message ?? error);
    };
    const done = this.#next('done');
    const start = performance.now();
    for (let n = 0; n < count; n++) {
      try {
        const sent = link.send(message('item', n));
        if (typeof sent?.catch === 'function') sent.catch(refuse);
      } catch (error) {
        refuse(error);
      }
    }
    // Some of them will never come.
    if (refused > 0) return { refused, why };
    await done;
    return { ms: performance.now() - start };
  }

  /** The same, waiting whenever the library asks for it. */
  async paced(count) {
    const link = await this.link.promise;
    const done = this.#next('done');
    const start = performance.now();
    for (let n = 0; n < count; n++) {
      const wait = link.paced(message('item', n));
      if (wait) await wait;
    }
    await done;
    return { ms: performance.now() - start };
  }

  /** So many a second. Clocks are compared between pages, so this is for one host. @returns how many there were */
  async stream(rate, seconds) {
    const link = await this.link.promise;
    const start = performance.now();
    const due = () => Math.min(rate * seconds, Math.floor(((performance.now() - start) / 1000) * rate) + 1);
    let n = 0;
    return new Promise((resolve) => {
      const timer = setInterval(
        () => {
          for (; n < due(); n++) void link.send({ ...message('tick', n), at: Date.now() });
          if (n < rate * seconds) return;
          clearInterval(timer);
          resolve(n);
        },
        1000 / rate / 2,
      );
    });
  }

  expect(count) {
    this.#expected = count;
    this.#last = performance.now();
  }

  expectBytes(count) {
    this.#expectedBytes = count;
  }

  /** Made before anybody looks at the memory or the clock, and as the library wants it. */
  async prepareBytes(count) {
    const { buffer } = new Uint8Array(count).fill(7);
    const link = await this.link.promise;
    this.#bulk = link.prepare ? await link.prepare(buffer) : buffer;
  }

  /** @returns milliseconds until the other side says that it has all bytes, and of every round trip meanwhile */
  async bulk() {
    const link = await this.link.promise;
    const trips = [];
    let ended = false;
    const done = this.#next('done');
    const start = performance.now();
    const failed = new Promise((_, reject) => {
      Promise.resolve(link.bulk(this.#bulk)).catch(reject);
    });
    void this.#tripsUntil(() => ended, trips).catch(() => undefined);
    try {
      await Promise.race([done, failed]);
      return { ms: performance.now() - start, trips };
    } catch (error) {
      return { trips: [], why: String(error?.message ?? error) };
    } finally {
      ended = true;
    }
  }

  /** Often enough to see how long they take, and seldom enough not to be what takes long. */
  async #tripsUntil(ended, times) {
    const link = await this.link.promise;
    while (!ended()) {
      const start = performance.now();
      const answer = this.#next('pong');
      await link.send(message('ping', 0));
      await answer;
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Resolves when nothing has come for so many milliseconds. */
  stalled(ms) {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (performance.now() - this.#last < ms) return;
        clearInterval(timer);
        resolve('stalled');
      }, 500);
    });
  }

  #next(kind) {
    return new Promise((resolve) => this.#waiting.set(kind, resolve));
  }

  #message(value) {
    const { kind, n } = value;
    if (kind === 'item') return this.#item(n);
    if (kind === 'tick') {
      this.#last = performance.now();
      return this.ticks.push([n, Date.now() - value.at]);
    }
    if (kind === undefined) return this.#bytes(value.byteLength ?? value.size);
    if (kind === 'ping') return this.link.promise.then((link) => link.send({ ...value, kind: 'pong' }));
    return this.#waiting.get(kind)?.();
  }

  #bytes(count) {
    const { tally } = this;
    tally.bytes += count;
    if (tally.bytes >= this.#expectedBytes)
      void this.link.promise.then((link) => link.send(message('done', 0)));
  }

  #item(n) {
    const { tally } = this;
    if (n !== tally.received) tally.disordered++;
    tally.received++;
    this.#last = performance.now();
    if (tally.received === this.#expected)
      void this.link.promise.then((link) => link.send(message('done', 0)));
  }
}

const message = (kind, n) => ({ kind, n, x: (n * 7) % 1920, y: (n * 13) % 1080 });

/** @returns once it can be found; the rest is asked of `window.side` */
export async function talk(meet, args) {
  const side = new Side();
  globalThis.side = side;
  await meet(args, side.heard);
}
