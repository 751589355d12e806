/** How an element's source is doing, in a colour and in words. */
import type { SourceElement } from './source-controller.js';

export interface StatusStrings {
  readonly connected: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly disconnected: string;
  readonly closed: string;
  readonly busy: string;
  readonly alone: string;
}

export interface SourceStatus {
  readonly tone: 'good' | 'wait' | 'bad' | 'off';
  /** Null when there is nothing to say. */
  readonly text: string | null;
}

export function statusOf(source: SourceElement | null, s: StatusStrings): SourceStatus {
  const error = source?.error;
  switch (source?.state) {
    case 'connected':
      return { tone: 'good', text: source.peers.size ? null : s.alone };
    case 'connecting':
      return { tone: 'wait', text: s.connecting };
    case 'disconnected':
      return { tone: 'wait', text: s.reconnecting };
    case 'failed':
      return { tone: 'bad', text: error?.code === 'busy' ? s.busy : error?.message || s.disconnected };
    case 'closed':
      return { tone: 'off', text: s.closed };
    default:
      return { tone: 'off', text: s.disconnected };
  }
}
