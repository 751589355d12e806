/** One server in a process of its own, told by its parent what to be: it can be killed, frozen and asked. */
import { SignalingServer, type SignalingServerOptions } from '../../server/index.js';

export type Question = 'stats' | 'obstacles' | 'close';

const options = JSON.parse(process.argv[2] ?? '{}') as SignalingServerOptions;
const server = new SignalingServer({ port: 0, host: '127.0.0.1', ...options });

function answer(question: Question): unknown {
  switch (question) {
    case 'stats':
      return server.stats();
    case 'obstacles':
      return server.obstacles;
    case 'close':
      return server.close({ drain: 500 });
  }
}

process.on('message', ({ n, question }: { n: number; question: Question }) => {
  void Promise.resolve(answer(question)).then((value) => {
    process.send?.({ n, value });
    if (question === 'close') process.disconnect();
  });
});

try {
  await server.listen();
  process.send?.({ url: server.address.url });
} catch (error) {
  process.send?.({ error: String(error) });
  process.disconnect();
}
