/**
 * What Prometheus reads (text format 0.0.4). Written by hand: it is one table, and a library would bring a registry of
 * its own for the whole process, which is the program's business that this server lives in.
 */
import { LAG_BOUNDS, type LagCounts } from './event-loop.js';
import type { SignalingStats } from './stats.js';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What there is to tell at one moment. */
export interface Snapshot {
  readonly stats: SignalingStats;
  readonly ready: boolean;
  readonly lag: LagCounts;
}

/** One number, or one for each value of a label; the values are ours, never a room, an id or an address. */
type Value = number | { readonly label: string; readonly values: Readonly<Record<string, number>> };

type Row = readonly [
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  read: (snapshot: Snapshot) => Value,
];

const SERVER: readonly Row[] = [
  ['ready', 'gauge', '1 while new visitors are welcome, as /readyz says.', ({ ready }) => Number(ready)],
  ['connections', 'gauge', 'Open sockets, logged in or not.', ({ stats }) => stats.connections],
  ['rooms', 'gauge', 'Rooms with somebody in them.', ({ stats }) => stats.rooms],
  ['members', 'gauge', 'Memberships, those of members who are away included.', ({ stats }) => stats.members],
  ['members_away', 'gauge', 'Memberships whose connection is lost.', ({ stats }) => stats.away],
  ['messages_total', 'counter', 'Messages passed on between members.', ({ stats }) => stats.messages],
  ['message_bytes_total', 'counter', 'Bytes of these messages.', ({ stats }) => stats.bytes],
  ['messages_dropped_total', 'counter', 'Messages to nobody.', ({ stats }) => stats.dropped],
  ['logins_total', 'counter', 'Proven log-ins.', ({ stats }) => stats.logins],
  ['failed_logins_total', 'counter', 'Log-ins wrong or late.', ({ stats }) => stats.failedLogins],
  ['bad_frames_total', 'counter', 'Frames not understood.', ({ stats }) => stats.badFrames],
  [
    'rejected_total',
    'counter',
    'Upgrades turned away.',
    ({ stats }) => ({ label: 'reason', values: stats.rejectedFor }),
  ],
  ['refused_total', 'counter', 'Joins refused.', ({ stats }) => ({ label: 'code', values: stats.refused })],
  [
    'closed_total',
    'counter',
    'Connections that ended, by close code.',
    ({ stats }) => ({ label: 'code', values: stats.closed }),
  ],
];

/** Under the names that every dashboard knows. */
const PROCESS: readonly Row[] = [
  ['process_resident_memory_bytes', 'gauge', 'Resident memory.', () => process.memoryUsage.rss()],
  ['process_cpu_seconds_total', 'counter', 'User and system CPU time.', cpuSeconds],
  [
    'process_start_time_seconds',
    'gauge',
    'Start of the process, Unix time.',
    () => Math.round(Date.now() / 1000 - process.uptime()),
  ],
  ['nodejs_heap_size_used_bytes', 'gauge', 'Heap in use.', () => process.memoryUsage().heapUsed],
];

const LAG = 'event_loop_lag_seconds';
const PREFIX = 'peer_elements_';

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function samples(name: string, value: Value): string[] {
  if (typeof value === 'number') return [`${name} ${value}`];
  const { label, values } = value;
  return Object.entries(values).map(([key, one]) => `${name}{${label}="${key}"} ${one}`);
}

function histogram(name: string, { atMost, count, sum }: LagCounts): string[] {
  return [
    `# HELP ${name} How late the event loop came round, looked at ten times a second.`,
    `# TYPE ${name} histogram`,
    ...atMost.map((n, i) => `${name}_bucket{le="${LAG_BOUNDS[i] ?? ''}"} ${n}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ];
}

export function renderMetrics(snapshot: Snapshot): string {
  const families = [...SERVER.map(([name, ...rest]) => [PREFIX + name, ...rest] as const), ...PROCESS];
  const lines = families.flatMap(([name, type, help, read]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples(name, read(snapshot)),
  ]);
  return [...lines, ...histogram(PREFIX + LAG, snapshot.lag), ''].join('\n');
}
