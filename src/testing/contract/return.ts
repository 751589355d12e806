/** What becomes of a page whose connection is lost, and of those it has left. */
import { toBase64url } from '../../base64url.js';
import type { Case } from './case.js';
import { kinds, randomRoom, silent, text, type BreakablePage, type Company, type Member } from './company.js';
import { equal } from './expectation.js';

interface Away extends Member {
  /** Its connection. */
  readonly line: BreakablePage;
}

async function back({ sink, session, line }: Away, to: Member): Promise<void> {
  line.mend();
  await sink.heard('reconnect');
  session.send(to.id, text('back'));
  await to.sink.heard('message');
}

/** @param breakable a page whose connection can be taken away */
export function returning(breakable: () => BreakablePage): readonly Case[] {
  const come = async (company: Company, room: string): Promise<Away> => {
    const line = breakable();
    return { ...(await company.join(room, { hello: text('away') }, line.signaling)), line };
  };

  const leave = async ({ line, sink }: Away): Promise<void> => {
    line.cut();
    await sink.heard('reconnecting');
  };

  /** A page that is away, and one that stayed. */
  const part = async (company: Company): Promise<{ away: Away; stayed: Member; room: string }> => {
    const room = randomRoom();
    const stayed = await company.join(room, { hello: text('stayed') });
    const away = await come(company, room);
    await stayed.sink.heard('peer');
    await leave(away);
    return { away, stayed, room };
  };

  return [
    {
      title: 'comes back without anyone having seen it leave',
      async run(company) {
        const { away, stayed } = await part(company);
        const before = stayed.sink.told.length;
        stayed.session.send(away.id, text('may be lost on the way'));
        await back(away, stayed);
        equal(kinds(stayed.sink).slice(before), ['message'], 'what who stayed was told meanwhile');
        stayed.session.send(away.id, text('arrives'));
        // Some keep for a while what was said meanwhile.
        await company.until(() => {
          const last = away.sink.all('message').at(-1);
          return last !== undefined && toBase64url(last.bytes) === toBase64url(text('arrives'));
        }, 'the first message after the return');
        equal(away.sink.all('joined').length, 1, 'how often who returned was told "joined"');
        silent(away.sink, 'gone', 'nobody has left meanwhile');
        equal(
          away.sink.all('peer').map(({ id, newcomer }) => ({ id, newcomer })),
          [{ id: stayed.id, newcomer: false }],
          'whom who returned is shown again',
        );
      },
    },
    {
      title: 'is shown those who came meanwhile as newcomers, and to them as a member',
      async run(company) {
        const { away, stayed, room } = await part(company);
        const newcomer = await company.join(room, { hello: text('new') });
        const shown = newcomer.sink.all('joined')[0]?.peers.map(({ id }) => id);
        equal(shown, [stayed.id, away.id], 'whom a newcomer is shown, oldest first');
        await back(away, newcomer);
        const [, { id, hello, newcomer: isNew } = {}] = await away.sink.heard('peer', 2);
        equal(
          { id, hello, newcomer: isNew },
          { id: newcomer.id, hello: text('new'), newcomer: true },
          'whom who returned is shown',
        );
        silent(newcomer.sink, 'peer', 'the newcomer knows everybody already');
      },
    },
    {
      title: 'keeps its seat meanwhile',
      async run(company) {
        const room = randomRoom();
        const first = await company.join(room, { capacity: 2 });
        const away = await come(company, room);
        await first.sink.heard('peer');
        await leave(away);
        await company.refused(room, 'room-full');
        await back(away, first);
      },
    },
    {
      title: 'has no room for a message while it is away, and asks for what it has to say when it is back',
      async run(company) {
        const { away, stayed } = await part(company);
        equal(away.session.reserve(1, stayed.id), false, 'reserve() while the connection is lost');
        silent(away.sink, 'drain', 'there is no room yet');
        await back(away, stayed);
        await away.sink.heard('drain');
        equal(away.session.reserve(1, stayed.id), true, 'reserve() after the return');
        equal(away.sink.all('drain').length, 1, 'how often "drain" was told');
      },
    },
    {
      title: 'leaves at once when it is closed after its return',
      async run(company) {
        const { away, stayed } = await part(company);
        await back(away, stayed);
        away.session.close();
        const [{ id, reason } = {}] = await stayed.sink.heard('gone');
        equal({ id, reason }, { id: away.id, reason: 'left' }, 'who is gone');
      },
    },
  ];
}
