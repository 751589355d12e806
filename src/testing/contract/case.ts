/** One thing that the contract asks for. */
import type { Company } from './company.js';

export interface Case {
  readonly title: string;
  /** What the adaptor has to be for that. */
  readonly needs?: 'reliable';
  readonly run: (company: Company) => Promise<void>;
}
