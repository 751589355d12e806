/** The clients of one server, in a process of their own that does what it is asked. */
import { answer } from './asking.mjs';
import { Churn } from './churn.mjs';
import { Crowd } from './crowd.mjs';

const [name] = process.argv.slice(2);
const dialect = await import(`./dialects/${name}.mjs`);
const crowd = new Crowd(dialect);
let churn;
answer({
  prepare: (count) => crowd.prepare(count),
  connect: (whom) => crowd.connect(whom),
  lost: () => crowd.lost(),
  count: () => crowd.count(),
  saturate: (how) => crowd.saturate(how),
  quiet: () => crowd.quiet(),
  churn: (setting) => (churn = new Churn(dialect, setting)).start(),
  told: () => churn.told(),
  stop: () => churn.stop(),
  pace: (how) => crowd.pace(how),
});
process.send({ ready: {} });
