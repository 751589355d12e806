/** One server in a process of its own, told by its parent what to be: it can be killed, frozen and asked. */
import { SignalingServer, type SignalingServerOptions } from '../../server/index.js';

export type Question = 'stats' | 'obstacles' | 'close' | 'leave' | 'kick';

const options = JSON.parse(process.argv[2] ?? '{}') as SignalingServerOptions;
const server = new SignalingServer({ port: 0, host: '127.0.0.1', ...options });

function answer(question: Question, about: string): unknown {
  switch (question) {
    case 'stats':
      return server.stats();
    case 'obstacles':
      return server.obstacles;
    case 'close':
      return server.close({ drain: 500 });
    case 'leave':
      return server.leave(about);
    case 'kick':
      return server.kick(about);
  }
}

process.on('message', ({ n, question, about }: { n: number; question: Question; about: string }) => {
  void Promise.resolve(answer(question, about)).then((value) => {
    process.send?.({ n, value });
    if (question === 'close') process.disconnect();
  });
});

// Whoever started it is gone, whatever the reason.
process.on('disconnect', () => process.exit());

try {
  await server.listen();
  process.send?.({ url: server.address.url });
} catch (error) {
  process.send?.({ error: String(error) });
  process.disconnect();
}
