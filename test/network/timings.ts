/** What was measured, as a small table when all is done. */
import { after } from 'node:test';

type Times = Readonly<Record<string, number>>;

export interface Timings {
  /** @param times milliseconds by what they were needed for */
  add(scenario: string, times: Times): void;
}

export function useTimings(title: string): Timings {
  const rows: [string, Times][] = [];
  after(() => {
    const names = [...new Set(rows.flatMap(([, times]) => Object.keys(times)))];
    const width = Math.max(title.length, ...rows.map(([scenario]) => scenario.length)) + 2;
    const line = (first: string, cell: (name: string) => string): string =>
      first.padEnd(width) + names.map((name) => cell(name).padStart(Math.max(8, name.length + 2))).join('');
    console.log(line(`${title}, ms`, (name) => name));
    for (const [scenario, times] of rows) {
      console.log(line(scenario, (name) => (name in times ? times[name]!.toFixed(0) : '')));
    }
  });
  return { add: (scenario, times) => void rows.push([scenario, times]) };
}
